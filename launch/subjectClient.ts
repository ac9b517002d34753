import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { firstValueFrom, ReplaySubject } from "rxjs";
import type { Observable } from "rxjs";
import { filter, skipWhile } from "rxjs/operators";
import { OnarmError } from "../src/domain/errors.ts";
import type { SubjectJob, SubjectSaid } from "./subjectJob.ts";

/** A process that drives a twin, for faults to be tried on. */
export interface Subject {
  readonly pid: number;
  /** Everything it has said, from the first; completes with the process. */
  readonly said$: Observable<SubjectSaid>;
  /** Resolves when the arm moves. Rejects with "process.lost" when the subject ends or is stopped before. */
  moving(): Promise<void>;
  /** Sends a signal; after one that ends it resolves when it is gone, with its exit code. */
  signal(signal: NodeJS.Signals): Promise<number | null>;
}

const ends = new Set<NodeJS.Signals>(["SIGKILL", "SIGTERM", "SIGINT"]);

export function spawnSubject(job: SubjectJob): Subject {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const entry = fileURLToPath(new URL("./subject.ts", import.meta.url));
  const child: ChildProcess = spawn(process.execPath, ["--import", loader, entry, JSON.stringify(job)], {
    stdio: ["ignore", "pipe", 2],
    // A session of its own: the priority it asks for ends with it.
    detached: true,
  });
  const said$ = new ReplaySubject<SubjectSaid>();
  createInterface(child.stdout!).on("line", (line) => said$.next(JSON.parse(line) as SubjectSaid));
  const gone = once(child, "exit").then(([code]) => {
    said$.complete();
    return code as number | null;
  });
  return {
    pid: child.pid!,
    said$: said$.asObservable(),
    async moving() {
      const lost = (how: string) => new OnarmError("process.lost", `the subject ${how} before the arm moved; try it again`);
      const ended = { ended: true } as const;
      const said = await firstValueFrom(
        said$.pipe(
          skipWhile((it) => !("ready" in it)),
          filter((it) => "moving" in it || ("mode" in it && it.mode.is === "stopped")),
        ),
        { defaultValue: ended },
      );
      if ("ended" in said) throw lost("ended");
      if ("mode" in said && said.mode.is === "stopped") throw lost(`was stopped (${said.mode.cause})`);
    },
    async signal(signal) {
      child.kill(signal);
      return ends.has(signal) ? gone : null;
    },
  };
}
