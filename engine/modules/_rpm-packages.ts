import type { Reader } from '../host/reader.ts'
import type { StateModule } from '../module/define.ts'
import { defineModule, type State } from '../module/define.ts'
import { any, choice, flag, list, text, whole } from '../schema/field.ts'
import { refusal } from './_refuse.ts'

const names = (help: string) => list(text({ help: 'A name.' }), { default: [], help })
const taken = 'Taken from Ansible; nothing is installed by this module yet.'

/** dnf and yum: what is installed is known by rpm, but nothing is installed yet. */
export const rpmPackages = (name: 'dnf' | 'yum'): StateModule =>
  defineModule({
    name,
    summary: `Says whether packages of a host with ${name} are as they should be; it cannot install them yet.`,
    notes:
      'What is installed, or is not, as it should be is ok. Where something would have to be done, the task is refused before anything happens: install it with `command` and `creates`. `latest` is always refused, as nobody asks for newer versions.',
    args: {
      name: list(text({ help: 'A package.' }), { default: [], aliases: ['pkg'], help: 'The packages.' }),
      state: choice(['present', 'absent', 'latest', 'installed', 'removed'], {
        default: 'present',
        help: 'Whether they are installed.',
      }),
      list: text({ optional: true, help: 'Not supported.' }),
      enablerepo: names(taken),
      disablerepo: names(taken),
      exclude: names(taken),
      disable_excludes: text({ optional: true, help: taken }),
      update_cache: flag({ default: false, aliases: ['expire-cache'], help: taken }),
      update_only: flag({ default: false, help: taken }),
      autoremove: flag({ default: false, help: taken }),
      security: flag({ default: false, help: taken }),
      bugfix: flag({ default: false, help: taken }),
      allow_downgrade: flag({ default: false, help: taken }),
      allowerasing: flag({ default: false, help: taken }),
      best: flag({ optional: true, help: taken }),
      nobest: flag({ optional: true, help: taken }),
      cacheonly: flag({ default: false, help: taken }),
      conf_file: text({ optional: true, help: taken }),
      disable_gpg_check: flag({ default: false, help: taken }),
      disable_plugin: names(taken),
      enable_plugin: names(taken),
      download_dir: text({ optional: true, help: taken }),
      download_only: flag({ default: false, help: taken }),
      install_repoquery: flag({ default: true, help: taken }),
      install_weak_deps: flag({ default: true, help: taken }),
      installroot: text({ default: '/', help: taken }),
      lock_timeout: whole({ default: 30, help: taken }),
      releasever: text({ optional: true, help: taken }),
      skip_broken: flag({ default: false, help: taken }),
      sslverify: flag({ default: true, help: taken }),
      validate_certs: flag({ default: true, help: taken }),
      use_backend: any({ optional: true, help: taken }),
    },
    examples: [{ title: 'A package', args: { name: ['chrony'] } }],

    rule: ({ name: asked, list: listed }) =>
      listed !== undefined
        ? 'list is not supported: use package_facts'
        : asked.length === 0
          ? 'nothing to do: give name'
          : undefined,

    async probe({ name: asked }, reader: Reader): Promise<State> {
      const tool = await reader.tool('dnf', 'yum')
      const found = tool === undefined ? [] : await Promise.all(asked.map((one) => reader.package(plain(one))))
      return {
        tool: tool ?? null,
        ...Object.fromEntries(asked.map((one, at) => [one, found[at] ? 'installed' : 'absent'])),
      }
    },
    want: ({ name: asked, state }, now) =>
      now['tool'] === null
        ? { tool: name }
        : Object.fromEntries(
            asked.map((one) => [one, isGone(state) ? 'absent' : state === 'latest' ? 'latest' : 'installed']),
          ),
    apply({ name: asked }, now, want) {
      if (now['tool'] === null)
        throw refusal(`the host has no ${name}`, 'is it another distribution? `package` knows apt')
      const open = asked.filter((one) => now[one] !== want[one])
      throw refusal(
        `${name} is not supported yet, and ${open.join(', ')} is not as it should be`,
        'install it with `command`, with `creates`',
      )
    },
    result: ({ name: asked }) => ({
      results: asked.map((one) => `${one} is as it should be`),
      rc: 0,
      msg: 'Nothing to do',
    }),
  })

const isGone = (state: string): boolean => state === 'absent' || state === 'removed'
/** A group, a URL or a name with a version is nothing that rpm has under that name. */
const plain = (name: string): string => name.replace(/-\d[\w.:~^-]*$/, '')
