/**
 * The shell functions a session defines on the host, in POSIX sh: dash, bash (4.1 and later), busybox ash. Every name
 * starts with `kplay_`; nothing of it is exported, so steps see the login's environment. `$1` is always the nonce.
 *
 * Helpers are ended by KILL: a shell that just forked may drop any other signal, and it would be waited for in vain.
 * Where there is no setsid, and so no process group to signal at once, a tree of processes is stopped before it is
 * ended: none of it may go on while another is ended already, and the one that is waited for comes last.
 *
 * A question and a quick step are a subshell (`kplay_frame`) that answers on the session's own streams. Any other step may
 * leave processes behind: it is a process group of its own (`kplay_step`), listens for a word to end it, and answers by
 * files. Each step has files of its own, as a daemon that it leaves behind may hold them. To remove them costs a process, so
 * they are only emptied at once, and removed some steps later.
 *
 * A frame says on both streams when it begins (`\nNONCE+`) and when it ends (`\nNONCE-CODE` on stdout, `\nNONCE=` on
 * stderr): whatever comes between two frames belongs to nobody. With a terminal both are one stream, so stderr is
 * caught and sent after stdout.
 */
const common = String.raw`
unset CDPATH ENV BASH_ENV
for kplay_dir in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin; do
  case ":$PATH:" in *":$kplay_dir:"*) ;; *) PATH=$PATH:$kplay_dir ;; esac
done
export PATH
kplay_setsid=$(command -v setsid) && kplay_setsid=setsid || kplay_setsid=
kplay_folders='/tmp /var/tmp /dev/shm /run'
kplay_folder=
kplay_count=0
trap 'exit 129' 1 13
kplay_run() {
  (kplay_script=$1; set --; eval "$kplay_script") </dev/null
}
kplay_children() {
  if [ -e "/proc/$$/task/$$/children" ]; then
    kplay_line=
    { read -r kplay_line <"/proc/$1/task/$1/children"; } 2>/dev/null
    kplay_next="$kplay_next $kplay_line"
    return
  fi
  for kplay_stat in /proc/[0-9]*/stat; do
    { read -r kplay_line <"$kplay_stat"; } 2>/dev/null || continue
    kplay_parent=\${kplay_line##*) }
    kplay_parent=\${kplay_parent#* }
    [ "\${kplay_parent%% *}" = "$1" ] && kplay_next="$kplay_next \${kplay_line%% *}"
  done
}
kplay_tree() {
  kplay_down= kplay_up= kplay_new=$2
  while :; do
    case $kplay_new in *[0-9]*) ;; *) break ;; esac
    kill -s STOP $kplay_new
    kplay_down="$kplay_down $kplay_new" kplay_up="$kplay_new $kplay_up" kplay_next=
    for kplay_one in $kplay_new; do kplay_children "$kplay_one"; done
    kplay_new=$kplay_next
  done
  kill -s "$1" $kplay_down
  kill -s CONT $kplay_up
}
kplay_kill() {
  { [ -n "$kplay_setsid" ] && kill -s "$1" -- "-$2"; } 2>/dev/null || (kplay_tree "$1" "$2") 2>/dev/null
}
kplay_guard() {
  if [ -n "$kplay_setsid" ]; then
    setsid /bin/sh -c 'sleep "$1"; [ -z "$3" ] || : >"$3"; kill -s TERM -- "-$2"; sleep 5; kill -s KILL -- "-$2"' \
      sh "$@" </dev/null >/dev/null 2>&1 &
  else
    (
      sleep "$1"
      [ -z "$3" ] || : >"$3"
      kplay_tree TERM "$2"
      sleep 5
      kplay_tree KILL "$2"
    ) </dev/null >/dev/null 2>&1 &
  fi
  kplay_watch=$!
}
kplay_unguard() {
  if [ -n "$kplay_setsid" ]; then
    kill -s KILL -- "-$kplay_watch"; kill -s KILL "$kplay_watch"; kill -s KILL -- "-$kplay_watch"
  else
    (kplay_tree KILL "$kplay_watch")
  fi
  wait "$kplay_watch"
} 2>/dev/null
kplay_within() {
  kplay_kept=$kplay_setsid
  [ "\${#2}" -lt 30000 ] || kplay_setsid=
  if [ -n "$kplay_setsid" ]; then
    (
      KPLAY_STEP="unset KPLAY_STEP; $2"
      export KPLAY_STEP
      exec setsid /bin/sh -c 'eval "$KPLAY_STEP"' sh
    ) </dev/null &
  else
    kplay_run "$2" &
  fi
  kplay_pid=$!
  kplay_guard "$1" "$kplay_pid" ""
  wait "$kplay_pid"; kplay_code=$?
  kplay_unguard
  kplay_setsid=$kplay_kept
  return "$kplay_code"
}
kplay_make_folder() {
  [ -n "$kplay_folder" ] && [ -d "$kplay_folder" ] && return
  for kplay_dir in "\${TMPDIR:-/tmp}" $kplay_folders "$HOME"; do
    kplay_folder=$kplay_dir/.kplay-$1
    (umask 077; mkdir "$kplay_folder") 2>/dev/null && trap 'rm -rf "$kplay_folder"' 0 && return
  done
  kplay_folder=
  return 1
}
kplay_tidy() {
  for kplay_dir in "\${TMPDIR:-/tmp}" $kplay_folders "$HOME"; do
    [ ! -d "$kplay_dir/.kplay-$1" ] || rm -rf "$kplay_dir/.kplay-$1"
  done
}
kplay_count_bytes() {
  kplay_bytes=0
  [ ! -s "$1" ] || { kplay_bytes=$(wc -c <"$1") && kplay_bytes=$(($kplay_bytes)); } || kplay_bytes=0
}
kplay_empty() {
  for kplay_one; do
    [ ! -s "$kplay_one" ] || { true >"$kplay_one"; } 2>/dev/null || rm -f "$kplay_one"
  done
}
kplay_show() {
  if [ "$2" -gt "$3" ]; then
    dd bs=$(($3 / 2)) count=1 <"$1" 2>/dev/null
    tail -c $(($3 - $3 / 2)) "$1"
  elif [ "$2" -gt 0 ]; then
    cat "$1"
  fi
}
kplay_launch() {
  KPLAY_STEP=$kplay_script
  export KPLAY_STEP
  exec $kplay_setsid /bin/sh -c "$kplay_how" sh >"$1.o" 2>"$1.e"
}
kplay_listen() {
  read -r kplay_line || return
  kplay_kill TERM "$1"
  sleep 2
  kplay_kill KILL "$1"
}
kplay_step() {
  kplay_begin "$1"
  if ! kplay_make_folder "$5"; then kplay_end "$1" 1; return; fi
  kplay_count=$((kplay_count + 1))
  kplay_file=$kplay_folder/$kplay_count
  kplay_script=$4
  kplay_how='eval "$KPLAY_STEP"'
  if [ "\${#kplay_script}" -gt 30000 ]; then
    printf %s "$4" >"$kplay_file.s"
    kplay_script="$kplay_file.s"
    kplay_how='eval "$(cat "$KPLAY_STEP")"'
  fi
  if [ $# -gt 5 ]; then
    printf %b "$6" | kplay_launch "$kplay_file" &
  else
    kplay_launch "$kplay_file" </dev/null &
  fi
  kplay_pid=$!
  { kplay_listen "$kplay_pid" <&4 >/dev/null 2>&1 & } 4<&0
  kplay_ear=$!
  [ -z "$3" ] || kplay_guard "$3" "$kplay_pid" "$kplay_file.t"
  wait "$kplay_pid"; kplay_code=$?
  { kill -s KILL "$kplay_ear"; wait "$kplay_ear"; } 2>/dev/null
  [ -z "$3" ] || kplay_unguard
  kplay_late=0
  if [ -e "$kplay_file.t" ]; then kplay_late=1; kplay_kill KILL "$kplay_pid"; fi
  if [ -e "$kplay_file.e" ]; then
    kplay_count_bytes "$kplay_file.o"; kplay_out=$kplay_bytes
    kplay_count_bytes "$kplay_file.e"; kplay_err=$kplay_bytes
    echo "$kplay_code $kplay_late $kplay_out $kplay_err"
    kplay_show "$kplay_file.o" "$kplay_out" "$2"
    printf '\n|%s|' "$1"
    kplay_show "$kplay_file.e" "$kplay_err" "$2"
    kplay_end "$1" 0
  else
    kplay_end "$1" 1
  fi
  kplay_empty "$kplay_file.o" "$kplay_file.e" "$kplay_file.s"
  [ $((kplay_count % 16)) -ne 0 ] || rm -f "$kplay_folder"/*.?
}
kplay_receive() {
  kplay_begin "$1"
  [ -n "$kplay_head" ] || kplay_head=$(printf abc | head -c 2 2>/dev/null)
  if [ "$kplay_head" != ab ]; then kplay_end "$1" 127; return; fi
  (
    umask 077
    set -C
    if [ -e "$2" ] || [ -h "$2" ]; then echo "it exists already" >&2; exit 1; fi
    exec 5>"$2" || exit 1
    set +C
    # The folder's access list may let others in, whatever the umask.
    chmod -- 600 "$2" || exit 1
    printf '\n%s!\n' "$1"
    if head -c "$3" >&5 && kplay_count_bytes "$2" && [ "$kplay_bytes" -eq "$3" ]; then exit 0; fi
    rm -f -- "$2"
    printf '\n%s?\n' "$1"
    cat >/dev/null
    exit 74
  )
  kplay_end "$1" "$?"
}
`
  // Written with String.raw for the backslashes; \${ is how a template literal spells ${.
  .replaceAll('\\${', '${')

const twoStreams = String.raw`
kplay_begin() { printf '\n%s+\n' "$1"; printf '\n%s+\n' "$1" >&2; }
kplay_end() { printf '\n%s-%d\n' "$1" "$2"; printf '\n%s=\n' "$1" >&2; }
kplay_frame() {
  kplay_begin "$1"
  if [ -n "$3" ]; then kplay_within "$3" "$2"; else kplay_run "$2"; fi
  kplay_end "$1" "$?"
}
`

const oneStream = String.raw`
kplay_begin() { printf '\n%s+\n' "$1"; }
kplay_end() { printf '\n%s-%d\n%s\n%s=\n' "$1" "$2" "$3" "$1"; }
kplay_frame() {
  kplay_begin "$1"
  {
    kplay_error=$(
      if [ -n "$3" ]; then kplay_within "$3" "$2"; else kplay_run "$2"; fi 2>&1 >&3 3>&-
      printf 'x%d' "$?"
    )
  } 3>&1
  kplay_end "$1" "@{kplay_error##*x}" "@{kplay_error%x*}"
}
`.replaceAll('@{', '${')

/** What a script starts with that only looks: what it says is for us to read. */
export const PROBING = 'LC_ALL=C; export LC_ALL; umask 022; '

/**
 * The functions, then one frame that says who and where we are: user, uid, home and folder, each on a line.
 *
 * @param leftover names the temporary folder of a shell before this one that died
 */
export const prelude = (nonce: string, terminal: boolean, leftover?: string): string =>
  [
    terminal ? 'stty raw -echo <&1 2>/dev/null\n' : '',
    common,
    terminal ? oneStream : twoStreams,
    leftover === undefined ? '' : `kplay_tidy ${leftover}\n`,
    'cd . 2>/dev/null || cd "$HOME" 2>/dev/null || cd /\n',
    `kplay_frame ${nonce} '${PROBING}id; printf "%s\\n" "$HOME"; pwd' ''\n`,
  ].join('')
