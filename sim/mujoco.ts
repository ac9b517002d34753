import loadMujoco from "@mujoco/mujoco";
import type { MainModule, MjData, MjModel } from "@mujoco/mujoco";
import { OnarmError } from "../src/domain/errors.ts";

/**
 * The only importer of MuJoCo. Its traps stay in this file: array views die silently when the wasm heap grows, contacts and buffers are
 * handles that leak, enumerating a model's properties throws, a NaN makes the engine restart itself, warnings are printed and written to disk.
 */

/** Arrays of the simulation's state, row-major, with the model count they are as long as and the width of a row. */
const dataFields = {
  qpos: ["nq", 1],
  qvel: ["nv", 1],
  qacc: ["nv", 1],
  qacc_warmstart: ["nv", 1],
  ctrl: ["nu", 1],
  qfrc_applied: ["nv", 1],
  qfrc_actuator: ["nv", 1],
  xpos: ["nbody", 3],
  xquat: ["nbody", 4],
  xipos: ["nbody", 3],
  subtree_com: ["nbody", 3],
  xfrc_applied: ["nbody", 6],
  cfrc_ext: ["nbody", 6],
  site_xpos: ["nsite", 3],
  site_xmat: ["nsite", 9],
  sensordata: ["nsensordata", 1],
} as const;

/** Arrays of the model that may be changed between steps. */
const modelFields = {
  body_pos: ["nbody", 3],
  body_quat: ["nbody", 4],
  body_mass: ["nbody", 1],
  body_gravcomp: ["nbody", 1],
  dof_damping: ["nv", 1],
  dof_frictionloss: ["nv", 1],
  actuator_gainprm: ["nu", 10],
  actuator_biasprm: ["nu", 10],
  actuator_forcerange: ["nu", 2],
  qpos0: ["nq", 1],
} as const;

export type DataField = keyof typeof dataFields;
export type ModelField = keyof typeof modelFields;

export interface Contact {
  readonly geoms: readonly [number, number];
  /** Gap, m; negative when the two overlap. */
  readonly distance: number;
}

/** One compiled model and its state. Everything is synchronous. After `free` every method throws "physics.invalid". */
export interface Physics {
  /** Seconds a step. */
  readonly timestep: number;
  /** Live view of a state array: write through it, but never keep it across a step, a model edit or another Physics' birth. */
  data(field: DataField): Float64Array;
  /** Live view of a model array; same rule. */
  model(field: ModelField): Float64Array;
  body(name: string): number;
  geom(name: string): number;
  /** Every geom whose name begins so. */
  geoms(prefix: string): readonly number[];
  site(name: string): number;
  actuator(name: string): number;
  /** First index of a joint in qpos and in qvel. */
  joint(name: string): { readonly qpos: number; readonly dof: number };
  /** Advances `n` steps. Throws "physics.invalid" when a position or velocity is no longer a finite number. */
  step(n: number): void;
  /** Recomputes everything that follows from qpos, qvel and ctrl, without advancing time. */
  forward(): void;
  reset(): void;
  /** Fills `cfrc_ext` (what contacts and `xfrc_applied` do to each body) as of the last step. Advances nothing and changes no later step. */
  externalForces(): void;
  /** Whether anything touched anything in the last step: cheap enough to ask every time. */
  touching(): boolean;
  /** Contacts as of the last step or forward. */
  contacts(): Contact[];
  /** The whole state, bit-exact under the same package version. The array is the caller's. */
  save(): Float64Array;
  restore(state: Float64Array): void;
  /** Bytes of wasm memory held by the whole engine, all models of this process together. */
  heapBytes(): number;
  free(): void;
}

let engine: Promise<MainModule> | undefined;
let lastMessage = "";

/** One engine a process: instantiating costs 0.2 s, and many models fit in its 2 GiB. */
const load = () =>
  (engine ??= loadMujoco({
    print: () => {},
    printErr: (text: string) => void (lastMessage = text),
  }) as Promise<MainModule>);

const invalid = (message: string, detail: Readonly<Record<string, unknown>> = {}, cause?: unknown) =>
  new OnarmError("physics.invalid", message, detail, cause);

const compile = (mj: MainModule, xml: string): MjModel => {
  try {
    return mj.MjModel.from_xml_string(xml);
  } catch (error) {
    throw invalid(`MuJoCo refuses the model: ${error instanceof Error ? error.message : lastMessage}`, {}, error);
  }
};

/** Compiles MJCF text. The caller owns the result and frees it. */
export async function openPhysics(xml: string): Promise<Physics> {
  const mj = await load();
  const model = compile(mj, xml);
  const data = new mj.MjData(model);
  return wrap(mj, model, data);
}

function wrap(mj: MainModule, model: MjModel, data: MjData): Physics {
  const counts = {
    nq: model.nq,
    nv: model.nv,
    nu: model.nu,
    nbody: model.nbody,
    nsite: model.nsite,
    nsensordata: model.nsensordata,
  };
  const spec = mj.mjtState.mjSTATE_INTEGRATION.value;
  const stateSize = mj.mj_stateSize(model, spec);
  const buffer = new mj.DoubleBuffer(stateSize);
  const cache = new Map<string, Float64Array>();
  let alive = true;

  const inUse = () => {
    if (!alive) throw invalid("physics used after it was freed");
  };
  // A view of an empty array is as long as a dead one, so fields nobody has are refused instead of handed out.
  const view = (owner: MjModel | MjData, name: string, [count, width]: readonly [keyof typeof counts, number]): Float64Array => {
    const cached = cache.get(name);
    if (cached && cached.length > 0) return cached;
    inUse();
    const fresh = (owner as unknown as Record<string, Float64Array>)[name]!;
    const expected = counts[count] * width;
    if (fresh.length !== expected || expected === 0)
      throw invalid(`${name} has ${fresh.length} numbers where the model has ${expected}`, { name, expected });
    cache.set(name, fresh);
    return fresh;
  };
  const id = (kind: { readonly value: number }, name: string): number => {
    const found = mj.mj_name2id(model, kind.value, name);
    if (!(found >= 0)) throw invalid(`the model has nothing called ${name}`, { name });
    return found;
  };
  const { mjOBJ_BODY, mjOBJ_GEOM, mjOBJ_SITE, mjOBJ_ACTUATOR, mjOBJ_JOINT } = mj.mjtObj;

  const finite = () => {
    let sum = 0;
    const q = view(data, "qpos", dataFields.qpos);
    for (let i = 0; i < q.length; i++) sum += q[i]!;
    const v = view(data, "qvel", dataFields.qvel);
    for (let i = 0; i < v.length; i++) sum += v[i]!;
    if (Number.isFinite(sum)) return;
    const at = [...q, ...v].findIndex((x) => !Number.isFinite(x));
    throw invalid(`the simulated state is no longer finite (${at < q.length ? "qpos" : "qvel"}); start it afresh`, { index: at });
  };

  return {
    timestep: model.opt.timestep,
    data: (field) => view(data, field, dataFields[field]),
    model: (field) => view(model, field, modelFields[field]),
    body: (name) => id(mjOBJ_BODY, name),
    geom: (name) => id(mjOBJ_GEOM, name),
    geoms: (prefix) =>
      Array.from({ length: model.ngeom }, (_, i) => i).filter((i) =>
        mj.mj_id2name(model, mjOBJ_GEOM.value, i)?.startsWith(prefix),
      ),
    site: (name) => id(mjOBJ_SITE, name),
    actuator: (name) => id(mjOBJ_ACTUATOR, name),
    joint(name) {
      const j = id(mjOBJ_JOINT, name);
      return { qpos: (model.jnt_qposadr as Int32Array)[j]!, dof: (model.jnt_dofadr as Int32Array)[j]! };
    },
    step(n) {
      inUse();
      for (let i = 0; i < n; i++) mj.mj_step(model, data);
      finite();
    },
    forward() {
      inUse();
      mj.mj_forward(model, data);
      finite();
    },
    reset() {
      inUse();
      mj.mj_resetData(model, data);
    },
    externalForces() {
      inUse();
      mj.mj_rnePostConstraint(model, data);
    },
    touching() {
      inUse();
      return data.ncon > 0;
    },
    contacts() {
      inUse();
      if (data.ncon === 0) return [];
      const all = data.contact;
      try {
        return Array.from({ length: all.size() }, (_, i) => {
          const contact = all.get(i)!;
          const found: Contact = { geoms: [contact.geom1, contact.geom2], distance: contact.dist };
          contact.delete();
          return found;
        });
      } finally {
        all.delete();
      }
    },
    save() {
      inUse();
      mj.mj_getState(model, data, buffer, spec);
      return Float64Array.from(buffer.GetView() as Float64Array);
    },
    restore(state) {
      inUse();
      if (state.length !== stateSize) throw invalid(`a state of ${state.length} numbers does not fit a model of ${stateSize}`);
      mj.mj_setState(model, data, state as unknown as number[], spec);
      mj.mj_forward(model, data);
    },
    heapBytes: () => (view(data, "qpos", dataFields.qpos).buffer as ArrayBuffer).byteLength,
    free() {
      if (!alive) return;
      alive = false;
      cache.clear();
      buffer.delete();
      data.delete();
      model.delete();
    },
  };
}
