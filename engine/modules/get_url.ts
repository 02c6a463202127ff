import { KplayError } from '../errors.ts'
import { defineAlias } from '../module/define.ts'
import { dict, flag, list, path, text, whole } from '../schema/field.ts'
import { ansibleFields, attributeFields } from './_attributes.ts'

const taken = 'Taken from Ansible; nothing comes of it.'

export const getUrl = defineAlias({
  name: 'get_url',
  files: true,
  summary: "Ansible's name for `download`: the host itself downloads a file.",
  notes:
    'Unlike there, nothing is asked of the server when a file is there and no checksum is given, unless `force` is set.',
  args: {
    url: text({ help: 'What to download.' }),
    dest: path({ help: 'Where it goes; under the name in the URL when it is a folder.' }),
    checksum: text({ default: '', help: '`algorithm:hex` or `algorithm:URL`.' }),
    force: flag({
      default: false,
      aliases: ['thirsty'],
      help: 'Without a checksum: download although a file is there.',
    }),
    backup: flag({ default: false, help: 'Keep the old file beside the new one.' }),
    timeout: whole({ default: 10, help: 'Seconds without a byte after which an attempt has failed.' }),
    headers: dict(text({ help: 'Value.' }), { default: {}, secret: true, help: 'Headers to send.' }),
    ...attributeFields,
    url_username: text({ optional: true, aliases: ['username'], help: 'Name to log in with.' }),
    url_password: text({ optional: true, aliases: ['password'], secret: true, help: 'Password to log in with.' }),
    force_basic_auth: flag({
      default: false,
      help: 'Taken from Ansible; the login is always sent with the first request.',
    }),
    validate_certs: flag({ default: true, help: "Check the server's certificate." }),
    use_proxy: flag({ default: true, help: 'Obey the proxy that the environment names.' }),
    http_agent: text({ default: 'ansible-httpget', help: 'What the program calls itself.' }),
    client_cert: path({ optional: true, help: 'A certificate on the host to show to the server.' }),
    client_key: path({ optional: true, help: 'The key of client_cert.' }),
    ca_path: path({ optional: true, help: 'A file on the host with the authorities to trust.' }),
    tmp_dest: path({ optional: true, help: 'Taken from Ansible; the file always arrives beside its destination.' }),
    decompress: flag({ default: true, help: taken }),
    unredirected_headers: list(text({ help: 'Name.' }), { default: [], help: taken }),
    use_netrc: flag({ default: true, help: 'Taken from Ansible; a .netrc is never read.' }),
    use_gssapi: flag({ default: false, help: 'Not supported.' }),
    ciphers: list(text({ help: 'Name.' }), { default: [], help: 'Not supported.' }),
    ...ansibleFields,
  },
  examples: [
    {
      title: 'With a checksum',
      args: {
        url: 'https://archive.apache.org/dist/kafka/0.9.0.1/kafka_2.11-0.9.0.1.tgz',
        dest: '/home/programs/kafka_2.11-0.9.0.1.tgz',
        checksum: 'sha256:db28f4d5a9327711013c26632baed8e905ce2f304df89a345f25a6dfca966c7a',
      },
    },
  ],

  to({
    checksum,
    tmp_dest: _,
    decompress: __,
    force_basic_auth: ___,
    use_netrc: ____,
    unredirected_headers: _____,
    use_gssapi,
    ciphers,
    ...same
  }) {
    if (use_gssapi || ciphers.length > 0)
      throw new KplayError('REFUSED', 'get_url: use_gssapi and ciphers are not supported', {
        hint: 'see `kplay doc download`',
      })
    return { module: 'download', args: { ...same, ...(checksum !== '' && { checksum }), via: 'target' } }
  },
})
