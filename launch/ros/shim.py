#!/usr/bin/env python3
"""Stands between ROS 2 and Gazebo, and makes of Gazebo's joints what a driver of an arm shows.

Gazebo's joint controller keeps the last velocity for ever. A Sawyer forgets it: so does this, after `timeout_s` without another one, also when
whoever drives was killed. Joint states and poses are told anew with this machine's time, so that a simulation that runs slower than the clock
does not look late. At the start, and after the world was reset, the arm first goes to where a real one stands; until then commands are not taken.
Everything that decides is in `Velocities`, which knows no ROS.
"""

import json
import math
import sys

# 1/s and rad/s: how the arm goes to its start; rad: that it is there.
GAIN = 2.0
MOST = 0.5
NEAR = 0.01


class Velocities:
    """What each joint is to turn at now, rad/s."""

    def __init__(self, joints, start, timeout):
        self.joints = list(joints)
        self.start = list(start)
        self.timeout = timeout
        self.at_start = False
        self.told_at = -math.inf
        self.told = [0.0] * len(self.joints)
        self.position = None
        self.simulated = -math.inf

    def hears(self, now, values):
        """Takes one velocity a joint; anything else is no command."""
        values = [float(value) for value in values]
        if len(values) != len(self.joints) or not all(math.isfinite(value) for value in values):
            return False
        self.told_at, self.told = now, values
        return True

    def sees(self, simulated, names, positions):
        """Where the joints are, at a time of the simulation's own. True when its time went back: somebody has reset the world."""
        again = simulated < self.simulated
        self.simulated = simulated
        at = dict(zip(names, positions))
        if all(joint in at for joint in self.joints):
            self.position = [at[joint] for joint in self.joints]
        if again:
            self.at_start = False
        return again

    def wanted(self, now):
        if self.position is None:
            return [0.0] * len(self.joints)
        if not self.at_start:
            errors = [goal - q for goal, q in zip(self.start, self.position)]
            self.at_start = all(abs(error) < NEAR for error in errors)
            # All of them arrive together, so that the way is a straight line between two postures.
            fastest = max(abs(GAIN * error) for error in errors)
            share = 1.0 if fastest <= MOST else MOST / fastest
            return [share * GAIN * error for error in errors]
        return list(self.told) if now - self.told_at < self.timeout else [0.0] * len(self.joints)


def main():
    import rclpy
    from rclpy.node import Node
    from sensor_msgs.msg import JointState
    from std_msgs.msg import Float64, Float64MultiArray
    from tf2_msgs.msg import TFMessage

    rclpy.init()
    node = Node("onarm_shim")
    with open(node.declare_parameter("settings", "shim.json").value, encoding="utf-8") as file:
        settings = json.load(file)
    arm = Velocities(settings["joints"], settings["start_rad"], settings["timeout_s"])
    clock = node.get_clock()
    # The machine's own: the simulation's may stand still.
    steady = rclpy.clock.Clock(clock_type=rclpy.clock.ClockType.STEADY_TIME)
    now = lambda: steady.now().nanoseconds / 1e9
    motors = [node.create_publisher(Float64, topic, 1) for topic in settings["velocity_topics"]]
    states = node.create_publisher(JointState, settings["joint_states_to"], 10)
    tree = node.create_publisher(TFMessage, "/tf", 10)

    def on_states(message):
        stamp = message.header.stamp
        if arm.sees(stamp.sec + stamp.nanosec / 1e9, message.name, message.position):
            node.get_logger().info("the world was reset: the arm goes to its start")
        message.header.stamp = clock.now().to_msg()
        states.publish(message)

    def on_poses(message):
        for transform in message.transforms:
            transform.header.stamp = clock.now().to_msg()
        tree.publish(message)

    def on_command(message):
        if not arm.hears(now(), message.data):
            node.get_logger().warning(f"a command is {len(arm.joints)} finite numbers", throttle_duration_sec=1.0)

    def beat():
        for motor, velocity in zip(motors, arm.wanted(now())):
            motor.publish(Float64(data=velocity))

    node.create_subscription(JointState, settings["joint_states_from"], on_states, 1)
    node.create_subscription(TFMessage, settings["poses_from"], on_poses, 10)
    node.create_subscription(Float64MultiArray, settings["commands_topic"], on_command, 1)
    node.create_timer(0.01, beat, clock=steady)
    try:
        rclpy.spin(node)
    except KeyboardInterrupt:
        pass
    finally:
        for motor in motors:
            motor.publish(Float64(data=0.0))
        node.destroy_node()


if __name__ == "__main__":
    sys.exit(main())
