import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { skip } from "./skip.ts";

export interface Certificates {
  readonly folder: string;
  /** A certificate that signed itself, with its key: made out to `names`, as openssl writes them ("DNS:localhost"); `more`: options of openssl req. */
  make(name: string, names: readonly string[], ...more: string[]): { readonly cert: string; readonly key: string };
  close(): void;
}

/** Certificates made by openssl for one test; it is skipped where there is no openssl. */
export function certificates(context: Mocha.Context): Certificates {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
  } catch {
    skip(context, "openssl is not installed: it makes this test's certificates");
  }
  const folder = mkdtempSync(join(tmpdir(), "onarm-certificates-"));
  return {
    folder,
    make: (name, names, ...more) => {
      const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
      const what = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=${names.join(",")}`, "-days", "2", ...more];
      const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
      execFileSync("openssl", ["req", "-x509", ...kind, "-noenc", "-keyout", key, "-out", cert, ...what], { stdio: "ignore" });
      return { cert, key };
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
