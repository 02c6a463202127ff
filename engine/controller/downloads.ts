import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { KplayError } from '../errors.ts'
import type { ControllerFile } from '../host/step.ts'
import type { Checksum, FetchRequest } from '../module/define.ts'
import type { Digests } from './digests.ts'
import { download, type DownloadOptions, type Validators } from './download.ts'
import { shownUrl } from './http.ts'

/**
 * Downloads to the controller, kept in a folder by their digest. However many hosts ask for one at a time, it is
 * fetched once; without a checksum it is asked for once per run, and not sent again while the server says it is the same.
 */
export class Downloads {
  readonly #folder: string
  readonly #digests: Digests
  readonly #options: DownloadOptions
  readonly #running = new Map<string, Promise<ControllerFile>>()

  constructor(folder: string, digests: Digests, options: DownloadOptions) {
    this.#folder = folder
    this.#digests = digests
    this.#options = options
  }

  /** Throws DOWNLOAD, CHECKSUM, or NOT_FOUND for a file: URL. */
  fetch(request: FetchRequest): Promise<ControllerFile> {
    const key = JSON.stringify([request.url, request.checksum, request.headers])
    const running = this.#running.get(key)
    if (running) return running
    const started = this.#fetch(request)
    this.#running.set(key, started)
    // A failure is not kept: the next host may have more luck.
    started.catch(() => this.#running.delete(key))
    return started
  }

  async #fetch(request: FetchRequest): Promise<ControllerFile> {
    const url = urlOf(request.url)
    if (url.protocol === 'file:') return this.#verified(fileURLToPath(url), request.checksum, url)
    const { checksum } = request
    return checksum ? this.#byDigest(request, url, checksum) : this.#byUrl(request, url)
  }

  async #byDigest(request: FetchRequest, url: URL, checksum: Checksum): Promise<ControllerFile> {
    const to = join(this.#folder, `${checksum.algorithm}-${checksum.hex.toLowerCase()}`)
    const kept = await this.#verified(to, checksum, url).catch(() => undefined)
    if (kept) return kept
    const arriving = `${to}.unchecked`
    const { resumed } = { resumed: false, ...(await this.#download(request, url, arriving, { checked: true })) }
    try {
      await this.#verified(arriving, checksum, url)
    } catch (error) {
      await rm(arriving, { force: true })
      // What an earlier attempt had left may have been of another file: once more, from the start.
      if (resumed) return this.#byDigest(request, url, checksum)
      throw error
    }
    await rename(arriving, to)
    return this.#verified(to, checksum, url)
  }

  async #byUrl(request: FetchRequest, url: URL): Promise<ControllerFile> {
    const to = join(this.#folder, `url-${createHash('sha256').update(url.href).digest('hex')}`)
    const known = `${to}.json`
    const kept = await this.#verified(to, undefined, url).catch(() => undefined)
    const validators = kept && (await readValidators(known))
    const result = await this.#download(request, url, to, { checked: false, validators })
    if (!result.changed && kept) return kept
    if (result.changed)
      await writeFile(known, JSON.stringify({ etag: result.etag, modified: result.modified }), { mode: 0o600 })
    return this.#verified(to, undefined, url)
  }

  async #download(
    { headers = {}, timeout, retries }: FetchRequest,
    url: URL,
    to: string,
    { checked, validators }: { checked: boolean; validators?: Validators | undefined },
  ): ReturnType<typeof download> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    return download({ url, headers, timeout, retries, to, checked, validators }, this.#options)
  }

  async #verified(path: string, checksum: Checksum | undefined, url: URL): Promise<ControllerFile> {
    const { hex: sha256, size } = await this.#digests.of(path, 'sha256')
    if (checksum) {
      const { hex } = await this.#digests.of(path, checksum.algorithm)
      if (hex !== checksum.hex.toLowerCase())
        throw new KplayError('CHECKSUM', `${shownUrl(url)}: ${checksum.algorithm} is ${hex}, not ${checksum.hex}`, {
          hint: 'is it the same version? a page of an error or a login would have another digest too',
        })
    }
    return { file: path, size, sha256 }
  }
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^(?:https?|file):$/.test(url.protocol)) return url
  throw new KplayError('DOWNLOAD', `${url ? shownUrl(url) : text} is no URL of the kind http://, https:// or file://`)
}

async function readValidators(path: string): Promise<Validators | undefined> {
  try {
    const { etag, modified } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
    return {
      ...(typeof etag === 'string' && { etag }),
      ...(typeof modified === 'string' && { modified }),
    }
  } catch {
    return undefined
  }
}
