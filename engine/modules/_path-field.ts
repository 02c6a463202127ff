import { text, type Field, type Maker } from '../schema/field.ts'

/** A path on the host that may also be relative, as what a link points to may. A `~` at its beginning is its home. */
export const hostPath = ((spec: Parameters<Maker<string>>[0]): Field => ({
  ...text(spec),
  type: 'path',
  mayBeRelative: true,
})) as Maker<string>
