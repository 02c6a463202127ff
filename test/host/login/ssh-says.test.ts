import { expect, test } from 'vitest'
import { Unanswered } from '../../../engine/host/conversation.ts'
import { explainSsh, isBusySsh } from '../../../engine/host/login/ssh-says.ts'
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

test('a ProxyCommand that ends says itself why, and is not started again and again', () => {
  const settings = { alias: 'db1', user: 'ops', proxyCommand: 'nc %h %p' } as SshSettings
  const heard = 'bash: line 1: exec: nc: not found\r\nkex_exchange_identification: Connection closed by remote host\r\n'
  const unanswered = new Unanswered(heard, true)
  const error = explainSsh(unanswered, settings, false, { host: 'db1', port: 22, timeout: 10 })
  expect(error).toMatchObject({ code: 'UNREACHABLE', message: 'its ProxyCommand ended before the host answered' })
  expect(error.cause).toContain('nc: not found')
  expect(isBusySsh(unanswered)).toBe(false)
  expect(isBusySsh(new Unanswered('kex_exchange_identification: Connection closed by remote host', true))).toBe(true)
})
