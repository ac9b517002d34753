import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import process from "node:process";
import { createSecureContext } from "node:tls";
import type { Command } from "commander";
import { OnarmError } from "../src/domain/errors.ts";
import { loopback } from "../src/operator/listening.ts";
import { originOf } from "./foxglove/origin.ts";
import type { PageOptions } from "./page.ts";
import { integer } from "./verb.ts";

/** Where the operator's page listens, and who gets in. */
export interface PageFlags {
  readonly headless?: boolean;
  readonly port: number;
  readonly token?: string;
  readonly host?: string;
  readonly publicHost?: readonly string[];
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly allowOrigin?: readonly string[];
}

type Place = Pick<PageOptions, "port" | "token" | "host" | "tls" | "publicHosts" | "allowedOrigins">;

/** Of an option that may be given more than once. */
const each = (text: string, before: readonly string[] = []) => [...before, text];

export const pageFlags = (command: Command): Command =>
  command
    .option("--port <n>", "of the page; 0 for any", integer({ max: 65535 }), 8642)
    .option("--token <t>", "lasting token of the page, for programs; else ONARM_TOKEN, else a random one that is told to nobody")
    .option("--tls-cert <file>", "certificate of the page, PEM, with its chain: https on the same port")
    .option("--tls-key <file>", "its private key, PEM")
    .option("--host <address>", "with TLS: listen there and not on loopback alone; 0.0.0.0 for everywhere")
    .option(
      "--public-host <name>",
      "with TLS: a name by which browsers may call this machine; once for each, the first is in the links",
      each,
    )
    .option(
      "--allow-origin <url>",
      "a web page that may watch as Foxglove does, by its origin; once for each, none by default",
      each,
    );

const wrong = (message: string) => new OnarmError("usage.invalid", message);

/** As `host` of a URL has it: lower case, IPv6 in brackets; undefined for what is no host alone. */
function hostOf(name: string): string | undefined {
  if (isIP(name) === 6) return new URL(`https://[${name}]`).hostname;
  const read = URL.canParse(`https://${name}`) ? new URL(`https://${name}`).hostname : undefined;
  return read === name.toLowerCase() ? read : undefined;
}

/** A name that the certificate is made out to. */
const covers = (certificate: X509Certificate, host: string) => {
  const address = host.replace(/^\[|\]$/g, "");
  return (isIP(address) ? certificate.checkIP(address) : certificate.checkHost(address)) !== undefined;
};

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    // Not every error of the system names the file.
    throw Object.assign(error as Error, { path: file });
  }
}

/** Certificate and key as they will be used, or why they cannot be. `now`: ms since 1970. */
function tlsOf(certFile: string, keyFile: string, now: number) {
  const [cert, key] = [certFile, keyFile].map(textOf) as [string, string];
  const attempt = <T>(read: () => T, why: string): T => {
    try {
      return read();
    } catch (cause) {
      throw new OnarmError("file.damaged", why, {}, cause);
    }
  };
  const certificate = attempt(
    () => new X509Certificate(cert),
    `--tls-cert ${certFile} holds no certificate; name a PEM file that begins with the page's own`,
  );
  const privateKey = attempt(
    () => createPrivateKey(key),
    `--tls-key ${keyFile} holds no private key that can be read without a passphrase; name such a PEM file`,
  );
  if (!certificate.checkPrivateKey(privateKey))
    throw wrong(`--tls-key ${keyFile} is not the key of ${certFile}; name the two that were made together`);
  if (!(Date.parse(certificate.validFrom) <= now && now <= Date.parse(certificate.validTo)))
    throw wrong(
      `--tls-cert ${certFile} is good from ${certificate.validFrom} to ${certificate.validTo} and not now; renew it, or set the clock`,
    );
  attempt(
    () => createSecureContext({ cert, key }),
    `--tls-cert ${certFile} is refused by TLS, for its chain or its key; renew it`,
  );
  return { tls: { cert, key }, certificate };
}

/** Characters of a token that may be tried from the network, as often as somebody likes. */
const ENOUGH = 16;

/** A flag that was given and would do nothing. */
const idle = (flags: PageFlags) =>
  (["tlsCert", "tlsKey", "host", "publicHost", "allowOrigin"] as const)
    .filter((name) => flags[name] !== undefined)
    .map((name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`)[0];

/** Where the page listens and what it may be called by, over TLS. */
function secured({ host, publicHost = [] }: PageFlags, own: boolean, certFile: string, keyFile: string, now: number) {
  const named = publicHost.map((name) => {
    const read = hostOf(name);
    if (read === undefined)
      throw wrong(`--public-host ${name} is no name or address by itself; give it without scheme, port and path`);
    return read;
  });
  if (host !== undefined && /^[0.:]+$/.test(host) && named.length === 0)
    throw wrong(`--host ${host} needs --public-host: the name by which browsers call this machine, as the certificate has it`);
  const { tls, certificate } = tlsOf(certFile, keyFile, now);
  const usual = [...(own ? ["localhost"] : []), host === undefined ? loopback : hostOf(host)!];
  const foreign = named.find((name) => !covers(certificate, name));
  const names = named.length > 0 ? named : usual.filter((name) => covers(certificate, name)).slice(0, 1);
  if (foreign !== undefined || names.length === 0)
    throw wrong(
      `--tls-cert ${certFile} is not made out to ${foreign ?? usual.join(" or ")} but to ${certificate.subjectAltName ?? certificate.subject}; name what it is made out to with --public-host, or make another`,
    );
  return { tls, publicHosts: names, ...(host === undefined ? {} : { host }) };
}

/**
 * Where the page is to be; undefined where there is none. Whatever is wrong with it is said before anything moves: beyond loopback only over
 * TLS, and under names that were given here and that the certificate is made out to, so that a name that merely leads here stays foreign.
 * `now`: ms since 1970.
 * @throws OnarmError naming the flag and the remedy
 */
export function pageOptions(
  flags: PageFlags,
  now = Date.now(),
  env: Readonly<Record<string, string | undefined>> = process.env,
): Place | undefined {
  const { port, token, host, tlsCert, tlsKey } = flags;
  if (flags.headless) {
    const useless = idle(flags);
    if (useless) throw wrong(`${useless} means nothing with --headless, which has no page; leave one of them out`);
    return undefined;
  }
  if (token?.trim() === "") throw wrong("--token is empty; give it at least one character, or leave it out");
  if (host !== undefined && isIP(host) === 0)
    throw wrong(`--host ${host} is no address; give one of this machine's, or 0.0.0.0 for all of them`);
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw wrong(
      tlsKey === undefined ? "--tls-cert needs --tls-key, the certificate's key" : "--tls-key needs --tls-cert, its certificate",
    );
  const allowedOrigins = (flags.allowOrigin ?? []).map(originOf);
  const place = { port, ...(token === undefined ? {} : { token }), ...(allowedOrigins.length > 0 ? { allowedOrigins } : {}) };
  const own = host === undefined || /^(127\.|::1$)/.test(host);
  if (tlsCert !== undefined && tlsKey !== undefined) {
    const lasting = token ?? env["ONARM_TOKEN"];
    if (!own && lasting !== undefined && lasting.length < ENOUGH)
      throw wrong(
        `--host ${host} lets anybody on the network try tokens: give --token (or ONARM_TOKEN) ${ENOUGH} characters at least, or leave it out`,
      );
    return { ...place, ...secured(flags, own, tlsCert, tlsKey, now) };
  }
  if (!own)
    throw wrong(
      `--host ${host} needs TLS, or who listens on the network reads the token: add --tls-cert and --tls-key, or leave it out and come through a tunnel`,
    );
  if (flags.publicHost !== undefined)
    throw wrong("--public-host needs --tls-cert and --tls-key: without TLS the page is for this machine alone");
  return host === undefined ? place : { ...place, host, publicHosts: [hostOf(host)!] };
}
