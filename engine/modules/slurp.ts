import { defineRead } from '../module/define.ts'
import { path } from '../schema/field.ts'

export const slurp = defineRead({
  name: 'slurp',
  files: true,
  summary: 'Reads a file of the host: its content in base64, as in Ansible.',
  notes:
    'Decode it with the filter `b64decode`. A file that is not there is a failure, and so is a folder. At most 16 MiB are read.',
  args: { src: path({ aliases: ['path'], help: 'The file; links are followed.' }) },
  examples: [{ title: 'What a broker says it is', args: { src: '/data/kafka-logs/meta.properties' } }],

  async read({ src }, reader) {
    const bytes = await reader.readBytes(src)
    if (bytes === undefined) return { values: { source: src }, failed: `there is no file ${src}` }
    return { values: { content: bytes.toString('base64'), encoding: 'base64', source: src } }
  },
})
