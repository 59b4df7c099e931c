/** The form of what providers send, for eyes that must not see the text: it may be personal data. */

const LONGEST_FORM = 40;

/** Letters become `A`, digits `9`, and signs that codes are written with stay; anything else is `?`. Cut at 40 characters. */
export function maskedForm(value: string | number): string {
  const text = String(value).slice(0, 4 * LONGEST_FORM);
  const form = text
    .replace(/[\p{L}\p{M}]/gu, 'A')
    .replace(/\p{N}/gu, '9')
    .replace(/[^A9 _.:,;/+@#()[\]-]/gu, '?');
  return form.length > LONGEST_FORM ? `${form.slice(0, LONGEST_FORM - 1)}…` : form;
}

const REMEMBERED = 1000;
const names = new Map<string, string>();

/** The provider's word for a type as it is, where it looks like one; else its form. The last ones are remembered. */
export function typeName(type: string): string {
  const known = names.get(type);
  if (known !== undefined) return known;
  const name = /^[A-Za-z][A-Za-z0-9_.:/-]{0,99}$/.test(type) && !/\d{4}/.test(type) ? type : maskedForm(type);
  if (names.size >= REMEMBERED) names.clear();
  names.set(type, name);
  return name;
}
