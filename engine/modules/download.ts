import type { ControllerFile } from '../host/step.ts'
import { defineModule } from '../module/define.ts'
import { choice, dict, flag, path, text, whole } from '../schema/field.ts'
import { ansibleFields, attributeFields, attributesWanted, attributeSteps, unsupported } from './_attributes.ts'
import { carried } from './_carried.ts'
import { checksumWord } from './_checksum.ts'
import { nameIn, probeDownload } from './_download-state.ts'
import { downloadStep, refuseTool } from './_download-steps.ts'
import { makeAbove } from './_parents.ts'
import { checkPlace } from './_placed.ts'

const sent = carried<ControllerFile>()
const ONE_LINE = /^[^\0\r\n]*$/

export const download = defineModule({
  name: 'download',
  files: true,
  summary: 'Downloads a file, checks it and puts it in place, on the host or by way of the controller.',
  notes:
    'With a checksum the file is downloaded only when what is there has another digest. Without one a file that is there is left alone unless `force` is set: nothing is asked of the server, and nothing is known of newer versions. `via: target` needs curl or wget on the host and goes on with a broken download when a checksum guards it; `force` without a checksum then downloads in every run and always reports a change. `via: controller` downloads once for all hosts, into a cache, and sends the file to each: for old hosts that speak no modern TLS, and hosts without a way out.',
  args: {
    url: text({
      pattern: /^(https?|file):\/\/[^\0\s]+$/i,
      help: 'What to download: http, https or file (on the host, or via: controller on the controller).',
    }),
    dest: path({ help: 'Where it goes; under the name in the URL when it is a folder or ends with a slash.' }),
    checksum: text({
      optional: true,
      help: '`algorithm:hex`, or `algorithm:URL` of a file with checksums: bare, as sha256sum or BSD write them, or as gpg --print-md does.',
    }),
    via: choice(['target', 'controller'], { default: 'target', help: 'Who asks the server.' }),
    force: flag({
      default: false,
      aliases: ['thirsty'],
      help: 'Without a checksum: download although a file is there.',
    }),
    backup: flag({ default: false, help: 'Keep the old file beside the new one.' }),
    ...attributeFields,
    timeout: whole({ default: 10, help: 'Seconds without a byte after which an attempt has failed.' }),
    retries: whole({ default: 3, help: 'Further attempts after one that failed, with growing pauses.' }),
    headers: dict(text({ help: 'Value.', pattern: ONE_LINE }), { default: {}, secret: true, help: 'Headers to send.' }),
    url_username: text({ optional: true, aliases: ['username'], pattern: ONE_LINE, help: 'Name to log in with.' }),
    url_password: text({
      optional: true,
      aliases: ['password'],
      pattern: ONE_LINE,
      secret: true,
      help: 'Password to log in with.',
    }),
    validate_certs: flag({ default: true, help: "Check the server's certificate. Only via: target can do without." }),
    use_proxy: flag({ default: true, help: 'Obey the proxy that the environment names.' }),
    http_agent: text({ default: 'kplay', pattern: ONE_LINE, help: 'What the program calls itself.' }),
    client_cert: path({ optional: true, help: 'A certificate on the host to show to the server.' }),
    client_key: path({ optional: true, help: 'The key of client_cert, where it is a file of its own.' }),
    ca_path: path({ optional: true, help: 'A file on the host with the authorities to trust.' }),
    ...ansibleFields,
  },
  examples: [
    {
      title: 'With a checksum, once for all hosts',
      args: {
        url: 'https://archive.apache.org/dist/zookeeper/zookeeper-3.4.6/zookeeper-3.4.6.tar.gz',
        dest: '/home/programs/',
        checksum: 'sha256:01b3938547cd620dc4c93efe07c0360411f4a66962a70500b163b59014046994',
        via: 'controller',
      },
    },
    {
      title: 'Checked against a file of the server',
      args: {
        url: 'https://archive.apache.org/dist/kafka/0.9.0.1/kafka_2.11-0.9.0.1.tgz',
        dest: '/home/programs/kafka_2.11-0.9.0.1.tgz',
        checksum: 'sha512:https://archive.apache.org/dist/kafka/0.9.0.1/kafka_2.11-0.9.0.1.tgz.sha512',
      },
    },
  ],

  rule(args) {
    const { checksum, via, url } = args
    if (checksum !== undefined && checksum !== '' && !checksumWord(checksum))
      return 'checksum must be algorithm:hex or algorithm:URL, such as sha256:01b3…, with all of the digest'
    if (args.timeout < 1 || args.retries < 0) return 'timeout must be at least 1 second, retries at least 0'
    if ((args.dest.endsWith('/') || args.dest === '~') && nameIn(url) === '')
      return 'the URL names no file, so dest must'
    if (!Object.keys(args.headers).every((name) => /^[\w!#$%&'*.^`|~+-]+$/.test(name)))
      return 'headers has a name that is none'
    if (args.mode === 'preserve') return 'mode: preserve has no meaning here'
    if (via === 'target') return undefined
    const only = (['client_cert', 'client_key', 'ca_path'] as const).filter((key) => args[key] !== undefined)
    if (only.length > 0) return `${only.join(', ')} goes with via: target only`
    return args.validate_certs ? undefined : 'via: controller always checks the certificate'
  },

  probe(args, reader) {
    const known = args.checksum ? checksumWord(args.checksum)?.algorithm : undefined
    return probeDownload(args, known ?? (args.force && args.via === 'controller' ? 'sha256' : undefined), reader)
  },

  async want(args, now, local) {
    const { url, timeout, retries } = args
    const login = args.url_username ?? args.url_password
    const basic = Buffer.from(`${args.url_username ?? ''}:${args.url_password ?? ''}`).toString('base64')
    const headers = { ...args.headers, ...(login !== undefined && { Authorization: `Basic ${basic}` }) }
    const word = args.checksum ? checksumWord(args.checksum) : undefined
    const checksum =
      word && 'url' in word
        ? await local.checksum(word.algorithm, word.url, nameIn(url), { headers, timeout, retries })
        : word
    const attributes = attributesWanted(args, now.kind === 'file' ? now.mode : undefined)
    const digest = checksum && `${checksum.algorithm}:${checksum.hex.toLowerCase()}`
    const right = now.kind === 'file' && (digest === undefined ? !args.force : now.digest === digest)
    if (args.via === 'target' || right) return { kind: 'file', digest, ...attributes }
    const file = await local.fetch({ url, checksum, headers, timeout, retries })
    const found = digest ?? (args.force ? `sha256:${file.sha256}` : undefined)
    return sent.put({ kind: 'file', digest: found, ...attributes }, file)
  },

  must: (args, now) => args.force && args.via === 'target' && !args.checksum && now.kind === 'file',

  apply(args, now, want) {
    checkPlace({ ...now, content: null }, args.dest.endsWith('/'))
    const attributes = { mode: want.mode ?? undefined, owner: want.owner ?? undefined, group: want.group ?? undefined }
    const forced = args.force && args.via === 'target' && !args.checksum
    if (now.kind === 'file' && !forced && (want.digest === undefined || want.digest === now.digest))
      return attributeSteps(now.place, now, attributes)
    if (args.via === 'target') refuseTool(args, now)
    return [...makeAbove(now), downloadStep(args, now, attributes, want.digest ?? undefined, sent.get(want))]
  },

  warnings: (args) => unsupported(args),
  masked: ['headers', 'url_password'],
  result({ url }, _now, { place, digest, mode, owner, group, uid, gid, size }, ran) {
    const written = ran
      .map(({ backup, stdout }) => backup ?? /^backup (.*)$/m.exec(stdout)?.[1])
      .find((one) => one !== undefined)
    return {
      url,
      dest: place,
      state: 'file',
      checksum: digest ?? undefined,
      mode,
      owner,
      group,
      uid,
      gid,
      size,
      backup_file: written,
    }
  },
})
