"""onarm beside a Sawyer, on ROS 2: what else a lab starts with it.

ros2 launch launch/ros/sawyer.launch.py site:=lab.yaml [seconds:=60]

Runs `onarm doctor` first; the arm is driven only when every check is good. The bridge to the robot's ROS 1, or its ros2_control driver, is the
lab's own, and so is its tracker.
"""

import os

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, EmitEvent, ExecuteProcess, LogInfo, OpaqueFunction, RegisterEventHandler
from launch.event_handlers import OnProcessExit
from launch.events import Shutdown
from launch.substitutions import LaunchConfiguration

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def parts(context):
    site = LaunchConfiguration("site").perform(context)
    seconds = LaunchConfiguration("seconds").perform(context)
    onarm = ["node", os.path.join(ROOT, "bin", "onarm.mjs")]
    doctor = ExecuteProcess(cmd=[*onarm, "doctor", "--arm", site], output="screen")
    run = ExecuteProcess(
        cmd=[*onarm, "run", "--arm", site, *(["--seconds", seconds] if seconds else [])],
        output="screen",
        # Ctrl-C eases the arm to rest and closes the recording; that is given time.
        sigterm_timeout="15",
        sigkill_timeout="30",
        on_exit=EmitEvent(event=Shutdown(reason="the run is over")),
    )

    def looked(event, _context):
        if event.returncode == 0:
            return [run]
        return [
            LogInfo(msg="onarm doctor found what must be put right first; the arm is left alone"),
            EmitEvent(event=Shutdown(reason="the arm is not fit to be driven")),
        ]

    return [doctor, RegisterEventHandler(OnProcessExit(target_action=doctor, on_exit=looked))]


def generate_launch_description():
    return LaunchDescription(
        [
            DeclareLaunchArgument("site", description="site file, or an arm by name: intera-ros2, ros2-control"),
            DeclareLaunchArgument("seconds", default_value="", description="end after so long; else at Ctrl-C"),
            OpaqueFunction(function=parts),
        ]
    )
