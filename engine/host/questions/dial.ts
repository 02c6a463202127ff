import type { DialOptions, Dialled } from '../reader.ts'
import { sh } from '../shell.ts'
import { printable } from '../step-frame.ts'
import { cannotLook, cutEach, type Question, reasonIn, eachCall } from './question.ts'
import { ENDED, WITHIN } from './within.ts'

export interface DialSubject {
  readonly address: string
  readonly port: number
  /** Bytes sent first, as `printf %b` takes them: no argument can hold a NUL. */
  readonly send: string
  /** Seconds for all of it. */
  readonly timeout: number
  /** Read until the other side closes, the time is over, or a mebibyte has come. */
  readonly read: boolean
}

export const dialSubject = (address: string, port: number, { send = '', timeout, read }: DialOptions): DialSubject => ({
  address,
  port,
  send: printable(Buffer.from(send)),
  timeout,
  read: read ?? false,
})

/**
 * Each program gets address, port and `read`, and on stdin what to send. It prints C when it is connected, then what it
 * reads, each piece at once: what waits in a buffer is lost when the time is over. Hence dd first, whose pieces are
 * many and small where the other side writes so, and head, which counts bytes, only for long answers.
 */
const BASH = `exec 3<>"/dev/tcp/$1/$2" || exit 1; exec 4<&0; printf C; trap 'kill $!; exit 143' TERM
cat <&4 >&3 2>/dev/null & wait $!; [ -n "$3" ] || exit 0
dd bs=4096 count=256 <&3 2>/dev/null & wait $!; head -c 1048576 <&3 2>/dev/null & wait $!`
const PERL = `use IO::Socket::INET; my ($host, $port, $read, $wait) = @ARGV; $| = 1; $SIG{PIPE} = "IGNORE";
binmode STDIN; binmode STDOUT; my $send = do { local $/; <STDIN> }; $send = "" unless defined $send;
my $class = eval { require IO::Socket::IP; 1 } ? "IO::Socket::IP" : "IO::Socket::INET";
my $socket = $class->new(PeerAddr => $host, PeerPort => $port, Proto => "tcp", Timeout => $wait) or do { print STDERR "connect: ", ($! || $@), "\\n"; exit 1 };
print "C"; my ($at, $got, $data) = (0);
while ($at < length $send) { $got = syswrite($socket, $send, length($send) - $at, $at) or last; $at += $got }
my $left = 1048576;
while ($read && $left > 0 && ($got = sysread($socket, $data, 4096))) { print $data; $left -= $got }`
const PYTHON = `import socket, sys
host, port, read, wait = sys.argv[1:5]
out = getattr(sys.stdout, "buffer", sys.stdout)
send = getattr(sys.stdin, "buffer", sys.stdin).read()
try:
    link = socket.create_connection((host, int(port)), float(wait))
except Exception as error:
    sys.exit("connect: " + str(getattr(error, "strerror", None) or error))
out.write(b"C"); out.flush(); link.settimeout(None); left = 1048576
try:
    link.sendall(send)
except Exception:
    pass
while read and left > 0:
    try:
        data = link.recv(4096)
    except Exception:
        break
    if not data: break
    out.write(data); out.flush(); left -= len(data)`

/** Exit code when nothing on the host can open a connection. */
const NO_TOOL = 71
/** As `printable` writes it. */
const BYTE_255 = '\\0377'

/** Connections from the host, one after the other. */
export const dialQuestion: Question<DialSubject, Dialled> = {
  name: 'dial',
  brief: true,
  limit: () => 2 * 1024 * 1024 + 8192,
  // nc and curl print no C: there N says that only the exit code tells. When its stdin ends, nc may close its half of the
  // connection, which some servers take for the end: OpenBSD's does so with -N only, nmap's can be told not to, and
  // others are given a pipe that they hold open themselves. curl speaks telnet, which has its own use for byte 255.
  script: (subjects, mark) =>
    eachCall(
      mark,
      sh`${WITHIN}
has() { command -v "$1" >/dev/null; }
fed() { printf %b "$send" 2>/dev/null | { exec 3<&0; within "$@"; }; }
held() {
  printf %b "$send" 2>/dev/null | {
    if (: 3<>/proc/self/fd/0) 2>/dev/null; then exec 3<>/proc/self/fd/0; else exec 3<&0; fi
    within "$@"
  }
}
dial() {
  send=$3; set -- "$1" "$2" "$4" "$5"
  if has bash && (bash -c ': </dev/tcp/0.0.0.0/0') 2>&1 | grep -q -i -e connect -e address -e argument; then fed "$4" bash -c ${BASH} bash "$@"
  elif has perl && perl -MIO::Socket::INET -e 1 2>/dev/null; then fed "$4" perl -e ${PERL} -- "$@"
  elif has python3; then fed "$4" python3 -c ${PYTHON} "$@"
  elif has nc; then
    printf N
    if [ -z "$3$send" ] && nc -h 2>&1 | grep -q -e '-[a-zA-Z]*z'; then exec 3</dev/null; within $(($4 + 1)) nc -z -w "$4" "$1" "$2"
    elif nc -h 2>&1 | grep -q -e '--no-shutdown'; then fed $(($4 + 1)) nc --no-shutdown -w "$4" "$1" "$2"
    elif [ -z "$3" ] || [ -z "$send" ] || nc -h 2>&1 | grep -q '^[[:space:]]*-N'; then fed $(($4 + 1)) nc -w "$4" "$1" "$2"
    else held $(($4 + 1)) nc -w "$4" "$1" "$2"; fi
  elif has curl; then
    case $send in *${BYTE_255}*) return ${NO_TOOL} ;; esac
    printf N
    printf %b "$send" | curl -q -s -S --connect-timeout "$4" -m "$4" "telnet://$1:$2"
  else return ${NO_TOOL}; fi
}`,
      subjects.map(
        ({ address, port, send, timeout, read }) =>
          sh`(dial ${address} ${port} ${send} ${read ? '1' : ''} ${seconds(timeout)})`,
      ),
    ),
  read(section, subjects, mark) {
    const parts = cutEach(section, mark)
    return subjects.map(({ address, port, send }, index) => {
      const part = parts[index]
      if (!part) return cannotLook(`${address}:${port}`, 'the answer broke off')
      if (part.code !== NO_TOOL) return understood(part.stdout, part.stderr, part.code)
      const why = send.includes(BYTE_255)
        ? 'nothing there sends every byte: bash, perl, python3 or nc'
        : 'nothing there opens connections: bash, perl, python3, nc or curl'
      return cannotLook(`${address}:${port}`, why)
    })
  },
}

/** Whole ones, as `sleep` wants them; whoever waits longer than that asks again. */
const seconds = (timeout: number): number => Math.min(300, Math.max(1, Math.ceil(timeout)))

function understood(said: Buffer, stderr: string, code: number): Dialled {
  // curl's 28 is for both its limits.
  const late = ENDED.includes(code) || (code === 28 && /Operation timed out|Time-out/i.test(stderr))
  const first = said.toString('latin1', 0, 1)
  // nc's own limit is for connecting only: what ran until the watcher came was connected.
  if (first === 'C' || (first === 'N' && (code === 0 || late || said.length > 1))) {
    const bytes = said.subarray(1)
    return { connected: true, data: bytes.toString('utf8'), bytes, late }
  }
  return {
    connected: false,
    data: '',
    bytes: Buffer.alloc(0),
    late,
    error: late ? 'timed out' : stderr.trim() === '' ? 'refused' : reasonIn(stderr.trim().split('\n', 1)[0] ?? ''),
  }
}
