/**
 * The text form of an Ansible vault, format 1.1 and 1.2: a header line, then hexadecimal digits in lines of 80.
 * https://docs.ansible.com/ansible/latest/vault_guide/vault_using_encrypted_content.html#format-of-files-encrypted-with-ansible-vault
 */
export interface Envelope {
  readonly cipher: string
  /** The label in the header of format 1.2. */
  readonly id: string | undefined
  /** The hexadecimal digits, line breaks taken out. */
  readonly payload: string
}

const HEADER = '$ANSIBLE_VAULT'
const WIDTH = 80

/** What a vault has no label for goes by this one. */
export const DEFAULT_ID = 'default'

/** Whether a text or the beginning of a file says that it is a vault. */
export const isVault = (text: string | Uint8Array): boolean =>
  typeof text === 'string'
    ? text.startsWith(HEADER)
    : Buffer.from(text.subarray(0, HEADER.length)).toString('latin1') === HEADER

/** undefined: the header is not complete. */
export function parseEnvelope(text: string): Envelope | undefined {
  const [header = '', ...lines] = text.split(/\r\n|\r|\n/)
  const [, version, cipher, id] = header.split(';').map((part) => part.trim())
  if (!isVault(header) || version === undefined || cipher === undefined) return undefined
  return { cipher, id: id === '' ? undefined : id, payload: lines.map((line) => line.trim()).join('') }
}

/** Only a label of its own needs format 1.2. Ends with a line break. */
export function printEnvelope({ cipher, id, payload }: Envelope): string {
  const labelled = id !== undefined && id !== DEFAULT_ID
  const header = [HEADER, labelled ? '1.2' : '1.1', cipher, ...(labelled ? [id] : [])].join(';')
  const lines = payload.match(new RegExp(`.{1,${WIDTH}}`, 'g')) ?? []
  return [header, ...lines, ''].join('\n')
}
