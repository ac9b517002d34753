"""Gazebo Harmonic with the arm and its scene, the bridge to ROS 2, and the shim that makes it an arm with a driver.

ros2 launch launch/ros/gazebo.launch.py world:=out/gazebo [headless:=true]

`world` is the folder that `npx onarm gazebo` wrote. Needs ros_gz_sim, ros_gz_bridge and tf2_ros (Jazzy pairs with Harmonic).
"""

import os

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, ExecuteProcess, IncludeLaunchDescription, OpaqueFunction, Shutdown
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackageShare

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WRITTEN = ("world.sdf", "bridge.yaml", "shim.json")


def parts(context):
    folder = os.path.abspath(LaunchConfiguration("world").perform(context))
    missing = [name for name in WRITTEN if not os.path.exists(os.path.join(folder, name))]
    if missing:
        raise RuntimeError(f"{folder} has no {', '.join(missing)}; write them first: npx onarm gazebo --out {folder}")
    world, bridge = (os.path.join(folder, name) for name in WRITTEN[:2])
    headless = LaunchConfiguration("headless").perform(context) == "true"
    simulator = os.path.join(FindPackageShare("ros_gz_sim").perform(context), "launch", "gz_sim.launch.py")
    return [
        IncludeLaunchDescription(
            PythonLaunchDescriptionSource(simulator),
            launch_arguments={"gz_args": f"-r {'-s ' if headless else ''}{world}", "on_exit_shutdown": "true"}.items(),
        ),
        Node(package="ros_gz_bridge", executable="parameter_bridge", parameters=[{"config_file": bridge}], output="screen"),
        # The arm stands where the world begins.
        Node(
            package="tf2_ros",
            executable="static_transform_publisher",
            arguments=["--frame-id", "base", "--child-frame-id", "onarm"],
        ),
        # An arm whose shim has ended keeps its last velocity: the world ends with it.
        ExecuteProcess(
            cmd=["node", os.path.join(ROOT, "bin", "onarm.mjs"), "gazebo", "--shim", "--out", folder],
            output="screen",
            sigterm_timeout="5",
            on_exit=Shutdown(reason="the shim between ROS 2 and Gazebo has ended"),
        ),
    ]


def generate_launch_description():
    return LaunchDescription(
        [
            DeclareLaunchArgument("world", default_value="out/gazebo", description="folder that `npx onarm gazebo` wrote"),
            DeclareLaunchArgument("headless", default_value="false", description="true: no window"),
            OpaqueFunction(function=parts),
        ]
    )
