import { defineAlias } from '../module/define.ts'
import { any, text } from '../schema/field.ts'
import { packageFields } from './_package-args.ts'
import { refusal } from './_refuse.ts'

const { use: _, ...fields } = packageFields

export const apt = defineAlias({
  name: 'apt',
  summary: 'Manages Debian packages: the `package` module with Ansible’s options for apt.',
  args: {
    ...fields,
    deb: text({ optional: true, help: 'Not supported: a package file is installed with `command`.' }),
    upgrade: text({
      default: 'no',
      help: 'Not supported, except for `no`: a whole system is upgraded with `command`.',
    }),
    force_apt_get: any({ optional: true, help: 'Taken for the sake of existing tasks: it is always apt-get.' }),
  },
  examples: [{ title: 'Install a package', args: { name: ['xfsprogs'], update_cache: true } }],
  to({ deb, upgrade, force_apt_get: __, ...args }) {
    if (deb !== undefined)
      throw refusal('apt: deb is not supported', 'use `command: apt-get install -y ./FILE`, with `creates`')
    if (!/^(no|false|none)$/i.test(upgrade))
      throw refusal('apt: upgrade is not supported', 'use `command: apt-get -y dist-upgrade`')
    return { module: 'package', args: { ...args, use: 'apt' } }
  },
})
