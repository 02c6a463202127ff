import { expect, test } from 'vitest'
import { Unanswered } from '../../../engine/host/conversation.ts'
import { explainSsh } from '../../../engine/host/login/ssh-says.ts'
import type { SshSettings } from '../../../engine/host/settings/ssh_config.ts'

test('a refused login names the command that shows the same, user and all', () => {
  const settings = { alias: 'db1', user: 'ops' } as SshSettings
  const heard = 'ops@db1: Permission denied (publickey,password).\r\n'
  const error = explainSsh(new Unanswered(heard, true), settings, false, {
    host: 'db1',
    port: 22,
    timeout: 10,
  })
  expect(error.code).toBe('LOGIN_REFUSED')
  expect(error.hint).toContain('the server accepts: publickey, password\ntry: ssh ops@db1;')
})
