import path from "node:path";
import ts from "typescript";

/** Rooms of `src` and the folders beside it, or one file of a room. Who may import whom; a row missing means nobody may. A room always sees itself. */
export const may: Readonly<Record<string, readonly string[]>> = {
  "src/domain": [],
  "src/ports": ["src/domain"],
  "src/kinematics": ["src/domain"],
  "src/tasks": ["src/domain"],
  "src/gate": ["src/domain"],
  "src/config": ["src/domain"],
  "src/safety": ["src/domain", "src/kinematics"],
  "src/engine": [],
  "src/policy": ["src/domain", "src/kinematics", "src/tasks", "src/engine"],
  "src/control": ["src/domain", "src/ports", "src/kinematics", "src/tasks", "src/safety", "src/policy"],
  // Two windows: what is trained and what drives, or adapts, are the same nets (docs/decisions/0001-the-house.md).
  "src/learning": ["src/domain", "src/tasks", "src/engine", "src/policy/nets.ts", "src/policy/macaw.ts"],
  "src/recording": ["src/domain", "src/ports"],
  "src/telemetry": ["src/domain", "src/ports"],
  "src/operator": ["src/domain", "src/ports", "src/telemetry"],
  robot: ["src/domain", "src/ports", "src/kinematics", "src/tasks"],
  sim: ["src/domain", "src/ports", "src/kinematics", "src/tasks"],
  calibration: ["src/domain", "src/ports", "src/kinematics", "src/config"],
  // The executables only hand over to the composition roots, and to tools that are installed apart.
  bin: ["launch", "tools"],
};

/** The composition roots and the tests see everything; nothing but `bin` sees them. */
const seesAll: ReadonlySet<string> = new Set(["launch", "test"]);

/** npm packages with one importer each: a prefix of the package name, and the place that may name it. */
export const oneImporter: readonly { readonly package: string; readonly place: string }[] = [
  { package: "@tensorflow/tfjs", place: "src/engine/" },
  { package: "onnxruntime-node", place: "src/engine/" },
  { package: "@mujoco/mujoco", place: "sim/mujoco.ts" },
  { package: "rclnodejs", place: "robot/ros.ts" },
  { package: "@foxglove/ros1", place: "robot/ros1/" },
  { package: "@foxglove/xmlrpc", place: "robot/ros1/" },
  { package: "serialport", place: "robot/" },
  { package: "modbus-serial", place: "robot/modbus.ts" },
];

export interface Source {
  /** Path from the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

const roomOf = (file: string) => {
  const [first, second] = file.split("/");
  return first === "src" ? `src/${second}` : first!;
};

/** Every module a source names: import and export from, import(), import types, require, and files reached through import.meta.url. */
export function importsOf({ path: file, text }: Source): (string | undefined)[] {
  const found: (string | undefined)[] = [];
  const literal = (node: ts.Node | undefined) => (node && ts.isStringLiteralLike(node) ? node.text : undefined);
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier)
      found.push(literal(node.moduleSpecifier));
    else if (ts.isImportTypeNode(node))
      found.push(ts.isLiteralTypeNode(node.argument) ? literal(node.argument.literal) : undefined);
    else if (ts.isCallExpression(node)) {
      const called = node.expression;
      if (called.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(called) && called.text === "require"))
        found.push(literal(node.arguments[0]));
    } else if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "URL") {
      const target = literal(node.arguments?.[0]);
      if (target !== undefined && /^\.\.?\/.*\.[cm]?[jt]s$/.test(target)) found.push(target);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}

function fault(file: string, specifier: string | undefined): string | undefined {
  const room = roomOf(file);
  if (seesAll.has(room) && specifier === undefined) return undefined;
  if (specifier === undefined) return `${file}: a computed import hides its edge`;
  if (specifier.startsWith(".")) {
    const reached = path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier));
    const target = roomOf(reached);
    if (target === room || room === "test") return undefined;
    if (seesAll.has(room)) return target === "test" ? `${file}: ${room} -> ${target}` : undefined;
    return may[room]?.includes(target) || may[room]?.includes(reached) ? undefined : `${file}: ${room} -> ${target}`;
  }
  const rule = oneImporter.find((one) => specifier.startsWith(one.package));
  if (rule === undefined || room === "test" || file.startsWith(rule.place)) return undefined;
  return `${file}: ${specifier} is imported in ${rule.place} alone`;
}

/** The edges that break the rule of imports, each as a line that names the file and the edge. */
export const violations = (sources: readonly Source[]): string[] =>
  sources.flatMap((source) =>
    [...new Set(importsOf(source).map((specifier) => fault(source.path, specifier)))].filter((line) => line !== undefined),
  );
