import { defineAlias } from '../module/define.ts'
import { systemdAlias } from './_service-alias.ts'

export const systemd = defineAlias(systemdAlias('systemd'))
