import type { Module, Registry } from '../module/define.ts'
import { apt } from './apt.ts'
import { aptKey } from './apt_key.ts'
import { aptRepository } from './apt_repository.ts'
import { assemble } from './assemble.ts'
import { authorizedKey } from './authorized_key.ts'
import { blockinfile } from './blockinfile.ts'
import { command } from './command.ts'
import { copy } from './copy.ts'
import { cron } from './cron.ts'
import { debconf } from './debconf.ts'
import { dnf } from './dnf.ts'
import { download } from './download.ts'
import { extract } from './extract.ts'
import { fetch } from './fetch.ts'
import { file } from './file.ts'
import { filesystem } from './filesystem.ts'
import { find } from './find.ts'
import { getUrl } from './get_url.ts'
import { getent } from './getent.ts'
import { git } from './git.ts'
import { group } from './group.ts'
import { hostname } from './hostname.ts'
import { iniFile } from './ini_file.ts'
import { kafkaInfo } from './kafka_info.ts'
import { lineinfile } from './lineinfile.ts'
import { modprobe } from './modprobe.ts'
import { mount } from './mount.ts'
import { packageModule } from './package.ts'
import { packageFacts } from './package_facts.ts'
import { pamLimits } from './pam_limits.ts'
import { raw } from './raw.ts'
import { replace } from './replace.ts'
import { script } from './script.ts'
import { service } from './service.ts'
import { serviceFacts } from './service_facts.ts'
import { shell } from './shell.ts'
import { slurp } from './slurp.ts'
import { stat } from './stat.ts'
import { symlink } from './symlink.ts'
import { sysctl } from './sysctl.ts'
import { systemd } from './systemd.ts'
import { systemdService } from './systemd_service.ts'
import { sysvinit } from './sysvinit.ts'
import { tempfile } from './tempfile.ts'
import { template } from './template.ts'
import { timezone } from './timezone.ts'
import { unarchive } from './unarchive.ts'
import { uri } from './uri.ts'
import { user } from './user.ts'
import { waitFor } from './wait_for.ts'
import { yum } from './yum.ts'

/** Every module, by hand, so that "go to definition" works. A test compares the list with the folder. */
const all: readonly Module[] = [
  apt,
  aptKey,
  aptRepository,
  assemble,
  authorizedKey,
  blockinfile,
  command,
  copy,
  cron,
  debconf,
  dnf,
  download,
  extract,
  fetch,
  file,
  filesystem,
  find,
  getUrl,
  getent,
  git,
  group,
  hostname,
  iniFile,
  kafkaInfo,
  lineinfile,
  modprobe,
  mount,
  packageModule,
  packageFacts,
  pamLimits,
  raw,
  replace,
  script,
  service,
  serviceFacts,
  shell,
  slurp,
  stat,
  symlink,
  sysctl,
  systemd,
  systemdService,
  sysvinit,
  tempfile,
  template,
  timezone,
  unarchive,
  uri,
  user,
  waitFor,
  yum,
]

export const modules: Registry = new Map(all.map((module) => [module.name, module]))
