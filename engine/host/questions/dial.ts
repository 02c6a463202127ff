import type { Dialled } from '../reader.ts'
import { sh } from '../shell.ts'
import { cannotLook, cutEach, type Question, reasonIn, eachCall } from './question.ts'
import { ENDED, WITHIN } from './within.ts'

export interface DialSubject {
  readonly address: string
  readonly port: number
  /** Text sent first. */
  readonly send?: string | undefined
  /** Seconds for all of it. */
  readonly timeout: number
  /** Read until the other side closes, the time is over, or a mebibyte has come. */
  readonly read?: boolean | undefined
}

/** Each program gets address, port, text and `read`, and prints C when it is connected, then what it reads. */
const BASH = `exec 3<>"/dev/tcp/$1/$2" || exit 1; printf C; printf %s "$3" >&3
[ -z "$4" ] || exec dd bs=4096 count=256 <&3 2>/dev/null`
const PERL = `use IO::Socket::INET; my ($host, $port, $send, $read, $wait) = @ARGV; $| = 1;
my $class = eval { require IO::Socket::IP; 1 } ? "IO::Socket::IP" : "IO::Socket::INET";
my $socket = $class->new(PeerAddr => $host, PeerPort => $port, Proto => "tcp", Timeout => $wait) or do { print STDERR "connect: ", ($! || $@), "\\n"; exit 1 };
print "C"; syswrite($socket, $send); my $data; my $left = 256;
while ($read && $left-- > 0 && sysread($socket, $data, 4096)) { print $data }`
const PYTHON = `import socket, sys
host, port, send, read, wait = sys.argv[1:6]
out = getattr(sys.stdout, "buffer", sys.stdout)
try:
    link = socket.create_connection((host, int(port)), float(wait))
except Exception as error:
    sys.exit("connect: " + str(getattr(error, "strerror", None) or error))
out.write(b"C"); out.flush(); link.sendall(send.encode("utf-8") if sys.version_info[0] > 2 else send); link.settimeout(None)
left = 256
while read and left > 0:
    data = link.recv(4096)
    if not data: break
    out.write(data); out.flush(); left -= 1`

/** Exit code when nothing on the host can open a connection. */
const NO_TOOL = 71

/** Connections from the host, one after the other. */
export const dialQuestion: Question<DialSubject, Dialled> = {
  name: 'dial',
  fleeting: true,
  limit: () => 1024 * 1024 + 8192,
  // nc prints no C: there N says that only its exit code tells.
  script: (subjects, mark) =>
    eachCall(
      mark,
      sh`${WITHIN}
has() { command -v "$1" >/dev/null; }
dial() {
  exec 3</dev/null
  if has bash && (bash -c ': </dev/tcp/0.0.0.0/0') 2>&1 | grep -q -i -e connect -e address -e argument; then within "$5" bash -c ${BASH} bash "$@"
  elif has perl && perl -MIO::Socket::INET -e 1 2>/dev/null; then within "$5" perl -e ${PERL} -- "$@"
  elif has python3; then within "$5" python3 -c ${PYTHON} "$@"
  elif has nc; then
    printf N
    if [ -z "$4$3" ] && nc -h 2>&1 | grep -q -e '-[a-zA-Z]*z'; then within $(($5 + 1)) nc -z -w "$5" "$1" "$2"
    else printf %s "$3" | { exec 3<&0; within $(($5 + 1)) nc -w "$5" "$1" "$2"; }; fi
  elif has curl; then
    printf N
    printf %s "$3" | curl -q -s -S --connect-timeout "$5" -m "$5" "telnet://$1:$2"
  else return ${NO_TOOL}; fi
}`,
      subjects.map(
        ({ address, port, send = '', timeout, read }) =>
          sh`(dial ${address} ${port} ${send} ${read ? '1' : ''} ${seconds(timeout)})`,
      ),
    ),
  read(section, subjects, mark) {
    const parts = cutEach(section, mark)
    return subjects.map(({ address, port }, index) => {
      const part = parts[index]
      if (!part) return cannotLook(`${address}:${port}`, 'the answer broke off')
      if (part.code === NO_TOOL) {
        return cannotLook(`${address}:${port}`, 'nothing there opens connections: bash, perl, python3, nc or curl')
      }
      return understood(part.stdout.toString('utf8'), part.stderr, part.code)
    })
  },
}

/** Whole ones, as `sleep` wants them; whoever waits longer than that asks again. */
const seconds = (timeout: number): number => Math.min(300, Math.max(1, Math.ceil(timeout)))

function understood(said: string, stderr: string, code: number): Dialled {
  // curl's 28 is for both its limits.
  const late = ENDED.includes(code) || (code === 28 && /Operation timed out|Time-out/i.test(stderr))
  if (said.startsWith('C')) return { connected: true, data: said.slice(1) }
  // nc's own limit is for connecting only: what ran until the watcher came was connected.
  if (said.startsWith('N') && (code === 0 || late || said.length > 1)) return { connected: true, data: said.slice(1) }
  return {
    connected: false,
    data: '',
    error: late ? 'timed out' : stderr.trim() === '' ? 'refused' : reasonIn(stderr.trim().split('\n', 1)[0] ?? ''),
  }
}
