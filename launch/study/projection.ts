/** Rows projected on a plane, and how much of the variance each axis carries. */
export interface Plane {
  project(row: ArrayLike<number>): [number, number];
  /** Shares of the variance of the rows that the plane was fitted to. */
  readonly carried: readonly [number, number];
}

/** Principal components by cyclic Jacobi rotations (Golub and Van Loan, 8.5) of the covariance. Each axis points to where its largest entry is positive. */
export function principalPlane(rows: readonly ArrayLike<number>[]): Plane {
  const width = rows[0]?.length ?? 0;
  const centre = Array.from({ length: width }, (_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length);
  const covariance = centre.map((_, i) =>
    centre.map((_, j) => rows.reduce((sum, row) => sum + (row[i]! - centre[i]!) * (row[j]! - centre[j]!), 0) / rows.length),
  );
  const { values, vectors } = eigen(covariance);
  const order = values.map((_, i) => i).sort((a, b) => values[b]! - values[a]!);
  const total = values.reduce((a, b) => a + b, 0);
  const axis = (rank: number) => {
    const column = order[rank];
    if (column === undefined) return centre.map(() => 0);
    const along = vectors.map((row) => row[column]!);
    const largest = along.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0);
    return along.map((x) => (largest < 0 ? -x : x));
  };
  const [first, second] = [axis(0), axis(1)];
  const along = (row: ArrayLike<number>, by: readonly number[]) => by.reduce((sum, x, i) => sum + x * (row[i]! - centre[i]!), 0);
  const share = (rank: number) => (total > 0 ? (values[order[rank]!] ?? 0) / total : 0);
  return { project: (row) => [along(row, first), along(row, second)], carried: [share(0), share(1)] };
}

/** Eigenvalues and eigenvectors (columns) of a symmetric matrix. */
function eigen(symmetric: readonly (readonly number[])[]): { values: number[]; vectors: number[][] } {
  const n = symmetric.length;
  const a = symmetric.map((row) => [...row]);
  const v = a.map((_, i) => a.map((_, j) => Number(i === j)));
  for (let sweep = 0; sweep < 60; sweep++)
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        if (Math.abs(a[p]![q]!) < 1e-300) continue;
        const theta = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        const s = t * c;
        for (let k = 0; k < n; k++) {
          const [kp, kq] = [a[k]![p]!, a[k]![q]!];
          a[k]![p] = c * kp - s * kq;
          a[k]![q] = s * kp + c * kq;
        }
        for (let k = 0; k < n; k++) {
          const [pk, qk] = [a[p]![k]!, a[q]![k]!];
          a[p]![k] = c * pk - s * qk;
          a[q]![k] = s * pk + c * qk;
        }
        for (const row of v) {
          const [kp, kq] = [row[p]!, row[q]!];
          row[p] = c * kp - s * kq;
          row[q] = s * kp + c * kq;
        }
      }
  return { values: a.map((row, i) => Math.max(0, row[i]!)), vectors: v };
}
