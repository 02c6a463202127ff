import type { BlockDevice } from '../reader.ts'
import { sh } from '../shell.ts'
import { parseMounts } from './kernel.ts'
import { absentOr, type Answer, cannotLook, cut, type Question, reasonIn, eachCall } from './question.ts'
import { SIGNATURE_BYTES, type Signature, signatureOfBlkid, signatureOfBytes } from './signature.ts'

const NO_DEVICE = 71

/**
 * Block devices, and files that are used as one. For each: its canonical path, kind, size, device number and users by
 * /sys, each on a line; then what blkid's low-level probe says (it reads the device, no cache) or its first bytes.
 */
export const blockDeviceQuestion: Question<string, BlockDevice | undefined> = {
  name: 'blockDevice',
  limit: () => 512 * 1024,
  script: (paths, mark) =>
    eachCall(
      mark,
      sh`show() {
  [ -e "$1" ] || { stat -L -c '' -- "$1"; return 1; }
  real=$(readlink -f -- "$1") || return
  if [ -b "$real" ]; then kind=block
    number=$(stat -L -c '%t %T' -- "$real") || return
    number=$((0x\${number% *})):$((0x\${number#* }))
    sys=/sys/dev/block/$number
    size=0; [ ! -r "$sys/size" ] || { read -r size <"$sys/size"; size=$((size * 512)); }
  elif [ -f "$real" ]; then kind=file number= sys=
    size=$(stat -L -c %s -- "$real") || return
  else return ${NO_DEVICE}; fi
  rotational=
  for file in "$sys/queue/rotational" "$sys/../queue/rotational"; do
    [ -n "$rotational" ] || [ ! -r "$file" ] || read -r rotational <"$file"
  done
  users=
  for file in "$sys"/holders/* "$sys"/*/partition; do
    [ ! -e "$file" ] || { file=\${file%/partition}; users="$users \${file##*/}"; }
  done
  for file in /sys/block/loop*/loop/backing_file; do
    [ -r "$file" ] && read -r backing <"$file" 2>/dev/null && [ "$backing" = "$real" ] || continue
    file=\${file%/loop/backing_file}; users="$users \${file##*/}"
  done
  printf '%s\\n' "$kind" "$size" "$number" "$rotational" "$users" "$real"
  printf '%s0\\n' ${mark}
  head -c ${SIGNATURE_BYTES} -- "$real" >/dev/null || return
  case $(blkid -V 2>&1) in
  *util-linux*) echo blkid; blkid -p -o udev -- "$real"; code=$?; [ "$code" -eq 2 ] || return "$code" ;;
  *) echo bytes; head -c ${SIGNATURE_BYTES} -- "$real" ;;
  esac
}
cat /proc/self/mountinfo
printf '%s0\\n' ${mark}
while read -r swap _; do printf '%b\\n' "$swap"; done </proc/swaps
printf '%s0\\n' ${mark}`,
      paths.map((path) => sh`show ${path}`),
    ),
  read({ stdout, stderr }, paths, mark) {
    const [mountPart, swapPart, ...parts] = cut(stdout, mark)
    const said = stderr.split(`${mark}\n`)
    const mounts = parseMounts(mountPart?.bytes.toString('utf8') ?? '')
    const swaps = (swapPart?.bytes.toString('utf8') ?? '').split('\n')
    let at = 0
    return paths.map((path, index): Answer<BlockDevice | undefined> => {
      const description = parts[at++]
      const error = said[index] ?? ''
      if (!description) return cannotLook(path, 'the answer broke off')
      if (description.code === NO_DEVICE) return cannotLook(path, 'it is neither a block device nor a file')
      if (description.code !== 0) return absentOr(path, error)
      const [kind = '', size, number, rotational, users = '', ...rest] = description.bytes.toString('utf8').split('\n')
      const content = parts[at++]
      if (content?.code === 8) return cannotLook(path, 'it bears the signatures of several file systems')
      if (content?.code !== 0) return cannotLook(path, reasonIn(error))
      const real = rest.slice(0, -1).join('\n')
      const mounted = mounts
        .filter((mount) => (kind === 'block' && mount.device === number) || mount.source === real)
        .map((mount) => mount.path)
      return {
        path: real,
        kind: kind === 'block' ? 'block' : 'file',
        size: Number(size),
        ...present(signatureIn(content.bytes)),
        holders: users.split(' ').filter((user) => user !== ''),
        mountpoints: [...mounted, ...(swaps.includes(real) ? ['[SWAP]'] : [])],
        ...(rotational ? { rotational: rotational === '1' } : {}),
      }
    })
  },
}

function signatureIn(bytes: Buffer): Signature {
  const end = bytes.indexOf('\n')
  const rest = bytes.subarray(end + 1)
  return bytes.toString('latin1', 0, end) === 'blkid' ? signatureOfBlkid(rest.toString('utf8')) : signatureOfBytes(rest)
}

const present = <T extends object>(record: T): T =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T
