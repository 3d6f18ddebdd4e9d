// Libraries for hashes that Workers have no native code for. They are loaded when such a hash is checked, and by name, so that
// a bundle contains nothing else of these packages.
export { argon2d, argon2i, argon2id } from '@noble/hashes/argon2.js'
export { compare } from 'bcryptjs'
