# Runs one of Scala's commands; sourced by them with `main` set. Heeds JAVA_HOME, JAVACMD, JAVA_OPTS and SCALA_HOME.
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
SCALA_HOME=${SCALA_HOME:-${here%/bin}}

java=${JAVACMD:-java}
if [ -z "$JAVACMD" ] && [ -n "$JAVA_HOME" ]; then
  java=$JAVA_HOME/bin/java
fi

# -D and -J options are Java's.
java_options=()
for option; do
  case $option in
    -D*) java_options+=("$option") ;;
    -J*) java_options+=("${option#-J}") ;;
  esac
done

classpath=
for jar in "$SCALA_HOME"/lib/*.jar; do
  classpath=${classpath:+$classpath:}$jar
done

exec "$java" ${JAVA_OPTS:--Xmx256M -Xms32M} "${java_options[@]}" "-Xbootclasspath/a:$classpath" -classpath '""' \
  "-Dscala.home=$SCALA_HOME" -Dscala.usejavacp=true "$main" "$@"
