import { joinDomain, SPIN } from "../../robot/ros.ts";

/** What tests use of rclnodejs beside the product. */
interface Client {
  waitForService(ms: number): Promise<boolean>;
  sendRequestAsync(request: object, options: { timeout: number }): Promise<unknown>;
}
interface GoalHandle {
  isAccepted(): boolean;
  isCanceled(): boolean;
  getResult(): Promise<{ error_code: number; error_string: string }>;
  cancelGoal(): Promise<unknown>;
}
interface ActionClient {
  waitForServer(ms: number): Promise<boolean>;
  sendGoal(goal: object, feedback: () => void): Promise<GoalHandle>;
}
interface AskingNode {
  createClient(type: string, name: string): Client;
  spin(timeout: number): void;
}

export interface Trajectory {
  readonly accepted: boolean;
  readonly code?: number;
  readonly text?: string;
  readonly canceled?: boolean;
  readonly feedback: number;
}

/** Somebody else on the graph, as a person with `ros2` or MoveIt is. */
export interface Asker {
  trigger(service: string): Promise<{ success: boolean; message: string }>;
  /** The lifecycle state of a node, and a change of it. */
  state(node: string): Promise<string>;
  change(node: string, transition: string): Promise<boolean>;
  /** Follows a trajectory of the graph's; with `cancel`, that is asked for after so many ms. */
  follow(joints: readonly string[], points: readonly { q: readonly number[]; t: number }[], cancel?: number): Promise<Trajectory>;
  close(): Promise<void>;
}

const PATIENCE = 10_000;

export async function openAsker(domain: number): Promise<Asker> {
  const { rcl, context } = await joinDomain(domain);
  const node = new rcl.Node(`asker_${process.pid}`, "", context, { startParameterServices: false }) as unknown as AskingNode;
  const { ActionClient } = rcl as unknown as { ActionClient: new (node: AskingNode, type: string, name: string) => ActionClient };
  const trajectories = new ActionClient(node, "control_msgs/action/FollowJointTrajectory", "/onarm/follow_joint_trajectory");
  node.spin(SPIN);
  const clients = new Map<string, Client>();
  const ask = async (type: string, name: string, request: object): Promise<unknown> => {
    const client = clients.get(name) ?? node.createClient(type, name);
    clients.set(name, client);
    if (!(await client.waitForService(PATIENCE))) throw new Error(`no ${name}`);
    return client.sendRequestAsync(request, { timeout: PATIENCE });
  };
  return {
    trigger: async (service) => (await ask("std_srvs/srv/Trigger", service, {})) as { success: boolean; message: string },
    state: async (of) =>
      ((await ask("lifecycle_msgs/srv/GetState", `${of}/get_state`, {})) as { current_state: { label: string } }).current_state
        .label,
    change: async (of, label) =>
      (
        (await ask("lifecycle_msgs/srv/ChangeState", `${of}/change_state`, { transition: { id: 0, label } })) as {
          success: boolean;
        }
      ).success,
    async follow(joints, points, cancel) {
      if (!(await trajectories.waitForServer(PATIENCE))) throw new Error("nobody serves trajectories");
      let feedback = 0;
      const told = points.map(({ q, t }) => ({
        ...{ positions: [...q], velocities: [], accelerations: [], effort: [] },
        time_from_start: { sec: Math.floor(t), nanosec: Math.round((t % 1) * 1e9) },
      }));
      const header = { stamp: { sec: 0, nanosec: 0 }, frame_id: "" };
      const handle = await trajectories.sendGoal(
        { trajectory: { header, joint_names: [...joints], points: told } },
        () => feedback++,
      );
      if (!handle.isAccepted()) return { accepted: false, feedback };
      if (cancel !== undefined) {
        await new Promise((later) => setTimeout(later, cancel));
        await handle.cancelGoal();
      }
      const { error_code: code, error_string: text } = await handle.getResult();
      // Its status is told on another topic.
      for (let k = 0; cancel !== undefined && !handle.isCanceled() && k < 100; k++)
        await new Promise((later) => setTimeout(later, 20));
      return { accepted: true, code, text, canceled: handle.isCanceled(), feedback };
    },
    async close() {
      context.shutdown();
    },
  };
}
