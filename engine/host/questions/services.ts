import type { ServiceManager, Unit } from '../reader.ts'
import { sh } from '../shell.ts'
import { ALONE, cannotLook, type Answer, cut, type Question, reasonIn } from './question.ts'
import { WITHIN } from './within.ts'

/** Prints which service manager runs: systemd when it is booted, SysV when PID 1 is an init that has init scripts. */
const MANAGER = sh`manager() {
  [ ! -d /run/systemd/system ] || { echo systemd; return; }
  read -r _ init _ </proc/1/stat || return
  [ "$init" = '(init)' ] && [ -d /etc/init.d ] || { echo none; return; }
  for tool in service update-rc.d chkconfig rc-update; do
    ! command -v "$tool" >/dev/null || { echo sysv; return; }
  done
  echo none
}`

/** The service manager; its only subject is the empty text. */
export const managerQuestion: Question<string, ServiceManager> = {
  name: 'serviceManager',
  script: () => sh`${MANAGER}
manager`,
  read: ({ stdout, stderr, code }, subjects) =>
    subjects.map(() =>
      code === 0 ? (stdout.toString('utf8').trim() as ServiceManager) : cannotLook('PID 1', reasonIn(stderr)),
    ),
}

const PROPERTIES =
  'Id,LoadState,ActiveState,SubState,UnitFileState,MainPID,NRestarts,NeedDaemonReload,Result,ExecMainStatus,Type'

/** An init script is somebody else's program: it gets a clean environment and so many seconds. */
const STATUS_SECONDS = 30

/** What an init script, asked by `status`, says of itself: its exit code, pid, and whether it starts at boot. */
const SYSV = sh`${WITHIN}
sysv() {
  script=/etc/init.d/$1
  [ -e "$script" ] || { [ ! -L "$script" ] && echo absent; return; }
  grep -q status "$script" || [ "$?" -eq 1 ] || return
  enabled=disabled
  for link in /etc/rc[2345].d/S[0-9][0-9]"$1" /etc/runlevels/*/"$1"; do
    [ ! -e "$link" ] && [ ! -L "$link" ] || enabled=enabled
  done
  if grep -q status "$script"; then
    (cd / && exec 3</dev/null && within ${STATUS_SECONDS} env -i PATH="$PATH" TERM=dumb LC_ALL=C "$script" status) >/dev/null 2>&1; code=$?
  else code=4; fi
  pid=0
  for file in "/run/$1.pid" "/var/run/$1.pid" "/run/$1/$1.pid" "/var/run/$1/$1.pid"; do
    [ "$pid" != 0 ] || [ ! -r "$file" ] || { read -r pid _ <"$file"; case $pid in ''|*[!0-9]*) pid=0 ;; esac; [ -d "/proc/$pid" ] || pid=0; }
  done
  echo "$code $enabled $pid"
}`

/** Units by their whole name. */
export const unitQuestion: Question<string, Unit> = {
  name: 'unit',
  script: (names, mark) => sh`${MANAGER}
${SYSV}
kind=$(manager) || exit
echo "$kind"
case $kind in
systemd) systemctl --no-pager show -p ${PROPERTIES} -- ${names.map(escaped)} ;;
sysv) for name in ${names.map(scriptName)}; do sysv "$name"; printf '%s%d\\n' ${mark} "$?"; done ;;
esac`,
  read({ stdout, stderr, code }, names, mark, alone) {
    const text = stdout.toString('utf8')
    const end = text.indexOf('\n')
    const manager = text.slice(0, end)
    if (manager === 'none') return names.map(() => ({ ...NOT_FOUND, manager }))
    if (manager === 'sysv') {
      const parts = cut(stdout.subarray(end + 1), mark)
      return names.map((name, index) => {
        const part = parts[index]
        if (!part || part.code !== 0) return cannotLook(`/etc/init.d/${scriptName(name)}`, reasonIn(stderr))
        return sysvUnit(part.bytes.toString('utf8').trim())
      })
    }
    const blocks = text
      .slice(end + 1)
      .split(/\n\n+/)
      .filter((block) => block.includes('LoadState='))
    if (code === 0 && blocks.length === names.length) return blocks.map(systemdUnit)
    if (!alone) return names.map((): Answer<Unit> => ALONE)
    // Asked by itself: a name that systemd takes for none is not found.
    if (code === 0 || /not valid|[Ii]nvalid|neither a valid/.test(stderr))
      return names.map(() => ({ ...NOT_FOUND, manager: 'systemd' }))
    return names.map((name) => cannotLook(`the unit ${name}`, reasonIn(stderr)))
  },
}

/** Whether no loaded unit's files changed since systemd read them. */
export const unitFilesReadQuestion: Question<string, boolean> = {
  name: 'unitFilesRead',
  limit: () => 4 * 1024 * 1024,
  script: () => sh`systemctl show --property=NeedDaemonReload -- '*'`,
  read: ({ stdout, stderr, code }, subjects) =>
    subjects.map(() =>
      code === 0
        ? !stdout.toString('utf8').split('\n').includes('NeedDaemonReload=yes')
        : cannotLook('the unit files', reasonIn(stderr)),
    ),
}

const NOT_FOUND: Omit<Unit, 'manager'> = {
  load: 'not-found',
  active: 'inactive',
  sub: 'dead',
  enabled: '',
  mainPid: 0,
  restarts: 0,
  needsReload: false,
  result: '',
  exitStatus: 0,
}

const SUFFIX = /\.(service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/

/** A name without a suffix is that of a service. */
export const unitName = (name: string): string => (SUFFIX.test(name) ? name : `${name}.service`)

/** systemctl takes `*`, `?` and `[` for a pattern. */
const escaped = (name: string): string => name.replace(/[*?[\]\\]/g, (special) => `\\${special}`)

const scriptName = (name: string): string => name.replace(/\.service$/, '')

function systemdUnit(block: string): Unit {
  const fields = new Map(
    block.split('\n').map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)]),
  )
  const load = fields.get('LoadState') ?? ''
  return {
    manager: 'systemd',
    load: load === 'loaded' || load === 'not-found' || load === 'masked' ? load : 'error',
    active: fields.get('ActiveState') ?? 'unknown',
    sub: fields.get('SubState') ?? '',
    enabled: fields.get('UnitFileState') ?? '',
    mainPid: Number(fields.get('MainPID') ?? 0),
    restarts: Number(fields.get('NRestarts') ?? 0),
    needsReload: fields.get('NeedDaemonReload') === 'yes',
    result: fields.get('Result') ?? '',
    exitStatus: Number(fields.get('ExecMainStatus') ?? 0),
    ...(fields.get('Type') ? { type: fields.get('Type') } : {}),
  }
}

/** LSB: `status` exits 0 when it runs, 1 or 2 dead with a pid or lock file left, 3 not running, 4 unknown. */
function sysvUnit(line: string): Unit {
  if (line === 'absent') return { ...NOT_FOUND, manager: 'sysv' }
  const [status = '', enabled = '', pid = ''] = line.split(' ')
  const active = { 0: 'active', 1: 'failed', 2: 'failed', 3: 'inactive' }[Number(status)] ?? 'unknown'
  return {
    ...NOT_FOUND,
    manager: 'sysv',
    load: 'loaded',
    active,
    sub: { active: 'running', failed: 'dead', inactive: 'dead' }[active] ?? 'unknown',
    enabled,
    mainPid: active === 'active' ? Number(pid) : 0,
    exitStatus: Number(status),
  }
}
