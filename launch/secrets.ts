/** Flags whose value nobody else may read. */
const secretFlag = /^--(token|.*password)(=|$)/;
const MASK = "[secret]";

/** A command line without its secrets. */
export const masked = (argv: readonly string[]): readonly string[] =>
  argv.map((word, i) => {
    if (secretFlag.test(word)) return word.replace(/=[^]*$/, `=${MASK}`);
    return /^--(token|.*password)$/.test(argv[i - 1] ?? "") ? MASK : word;
  });

/** What may be in no log: values of secret flags, and variables that are named as such. Shorter ones would be found in any word. */
export const secretsOf = (argv: readonly string[], env: Readonly<Record<string, string | undefined>>): readonly string[] =>
  [
    ...argv.flatMap((word, i) =>
      secretFlag.test(word) ? [word.includes("=") ? word.slice(word.indexOf("=") + 1) : (argv[i + 1] ?? "")] : [],
    ),
    ...Object.entries(env).flatMap(([name, value]) => (/^ONARM_.*(TOKEN|PASSWORD|LINK)$/.test(name) ? [value ?? ""] : [])),
  ].filter((secret) => secret.length >= 4);

/** `text` without `secrets`, and without what looks like one: tokens in links and headers, passwords in addresses. */
export const redacted = (text: string, secrets: readonly string[]): string =>
  secrets
    .reduce((rest, secret) => rest.replaceAll(secret, MASK), text)
    .replace(/([?&]token=)[^\s&"'\\]+/g, `$1${MASK}`)
    .replace(/\b(Bearer +)[\w.~+/=-]+/gi, `$1${MASK}`)
    .replace(/(\w:\/\/[^\s/:@"]*:)[^\s/@"]+@/g, `$1${MASK}@`);
