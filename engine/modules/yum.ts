import { rpmPackages } from './_rpm-packages.ts'

export const yum = rpmPackages('yum')
