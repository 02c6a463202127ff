import { rpmPackages } from './_rpm-packages.ts'

export const dnf = rpmPackages('dnf')
