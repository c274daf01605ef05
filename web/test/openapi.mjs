/* The API's description of itself, held by a validator that is not ours: OpenAPI 3.1, and every reference leads somewhere. */
import { Validator } from '@seriousme/openapi-schema-validator'

function* references(value) {
  if (value === null || typeof value !== 'object') return
  if (typeof value.$ref === 'string') yield value.$ref
  for (const v of Object.values(value)) yield* references(v)
}

/* The first thing that is wrong; empty: nothing. */
export async function wrong(document) {
  if (!/^3\.1\./.test(document.openapi ?? '')) return `openapi: ${document.openapi}`
  const found = await new Validator().validate(structuredClone(document))
  if (!found.valid) return JSON.stringify(found.errors).slice(0, 300)
  for (const ref of references(document)) {
    const end = ref.slice(2).split('/').reduce((v, name) => v?.[name.replace(/~1/g, '/').replace(/~0/g, '~')], document)
    if (!ref.startsWith('#/') || end === undefined) return `${ref} leads nowhere`
  }
  return ''
}
