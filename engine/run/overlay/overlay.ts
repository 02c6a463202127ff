import type { Account, BlockDevice, Entry, GroupEntry, MountEntry, Package, Reader } from '../../host/reader.ts'
import type { Effect } from '../../host/step.ts'
import { absorbFileEffect } from './absorb.ts'
import { PredictedFiles, type Predicted } from './files.ts'

/** Attributes that a recursive change gives to everything below a folder that the host itself has. */
export interface Sweep {
  readonly root: string
  readonly mode?: string | undefined
  readonly owners: Partial<Entry>
}

export interface PredictedUnit {
  readonly active?: boolean | undefined
  readonly enabled?: boolean | undefined
  readonly masked?: boolean | undefined
}

/**
 * What a machine would look like after the steps that a dry run did not take: in the reader's words, filled only by
 * the effects that steps declare. One per machine, shared by all users on it.
 */
export class Overlay {
  readonly files: PredictedFiles
  readonly sweeps: Sweep[] = []
  readonly units = new Map<string, PredictedUnit>()
  readonly sysctls = new Map<string, string>()
  readonly accounts = new Map<string, Partial<Account> | 'absent'>()
  readonly groups = new Map<string, Partial<GroupEntry> | 'absent'>()
  /** null: installed, in a version still unknown. */
  readonly packages = new Map<string, Package | null | 'absent'>()
  readonly mounts = new Map<string, MountEntry | 'absent'>()
  readonly devices = new Map<string, Partial<BlockDevice>>()
  readonly superblocks = new Map<string, ReadonlyMap<string, string>>()
  readonly stamps = new Map<string, string>()
  readonly base: Reader
  /** Unit files, and all else, as they were when systemd would have read its files again. */
  private read: ReadonlySet<Predicted> | undefined
  private absorbed = 0
  private disturbed = false

  constructor(base: Reader) {
    this.base = base
    this.files = new PredictedFiles(base)
  }

  /** Nothing was predicted: the host is as it is. */
  get empty(): boolean {
    return this.absorbed === 0
  }

  /** Something was done of which nobody can say what it leaves behind: a bare command. */
  disturb(): void {
    this.absorbed += 1
    this.disturbed = true
  }

  /** A package is predicted, so its files and programs are there or not: nobody can say. */
  get installs(): boolean {
    return [...this.packages.values()].some((item) => item !== 'absent')
  }

  /** Things may be there that no step declares: those of a package, or of a bare command. */
  get vague(): boolean {
    return this.disturbed || this.installs
  }

  /** A step made systemd read its files again. */
  get reloads(): boolean {
    return this.read !== undefined
  }

  /** Systemd would have read a predicted file as it is predicted. */
  hasRead(file: Predicted): boolean {
    return this.read?.has(file) ?? false
  }

  async absorb(effects: readonly Effect[], user: string): Promise<void> {
    for (const effect of effects) {
      this.absorbed += 1
      await this.absorbOne(effect, user)
    }
  }

  private async absorbOne(effect: Effect, user: string): Promise<void> {
    switch (effect.effect) {
      case 'unit': {
        // systemctl enable and its like make systemd read its files again, too.
        if (effect.reloaded === true || effect.enabled !== undefined || effect.masked !== undefined)
          this.read = new Set(this.files.nodes.values())
        const old = this.units.get(effect.name)
        this.units.set(effect.name, {
          active: effect.active ?? old?.active,
          enabled: effect.enabled ?? old?.enabled,
          masked: effect.masked ?? old?.masked,
        })
        return
      }
      case 'sysctl':
        this.sysctls.set(effect.key, effect.value.trim().split(/\s+/).join(' '))
        return
      case 'user':
        this.accounts.set(
          effect.name,
          effect.account === 'absent'
            ? 'absent'
            : { ...known(this.accounts.get(effect.name), blankAccount(effect.name)), ...effect.account },
        )
        return
      case 'group':
        this.groups.set(
          effect.name,
          effect.group === 'absent'
            ? 'absent'
            : ({
                ...known(this.groups.get(effect.name), { gid: -1, members: [] }),
                ...given(effect.group),
              } as Partial<GroupEntry>),
        )
        return
      case 'package':
        this.packages.set(
          effect.name,
          effect.version === 'absent'
            ? 'absent'
            : effect.version === 'unknown'
              ? null
              : { name: effect.name, version: effect.version },
        )
        return
      case 'filesystem':
        if (!effect.tuned)
          this.devices.set(effect.device, {
            fstype: effect.fstype,
            ...(effect.label !== undefined && { label: effect.label }),
            ...(effect.uuid !== undefined && { uuid: effect.uuid }),
          })
        this.superblocks.set(
          effect.device,
          new Map([...(this.superblocks.get(effect.device) ?? []), ...Object.entries(effect.superblock ?? {})]),
        )
        return
      default:
        await absorbFileEffect(this, effect, user)
    }
  }
}

/** An account of which nothing is known but its name. */
export const blankAccount = (name: string): Account => ({
  name,
  uid: -1,
  gid: -1,
  comment: '',
  home: `/home/${name}`,
  shell: '/bin/sh',
  groups: [],
  password: undefined,
  expires: undefined,
})

/** What comes back after it went has nothing of what the host has now. */
const known = <T>(value: T | 'absent' | undefined, blank: T): T | undefined => (value === 'absent' ? blank : value)
const given = <T extends object>(value: T): Partial<T> =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Partial<T>
