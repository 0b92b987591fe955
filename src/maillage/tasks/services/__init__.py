"""Every write of tasks, relays and the rota."""

from maillage.tasks.services.plans import tasks_drop, tasks_move, tasks_plan
from maillage.tasks.services.relays import (
    hand_over,
    hand_over_acknowledge,
    hand_over_decline,
    hand_over_withdraw,
)
from maillage.tasks.services.shifts import shift_remove, shift_save
from maillage.tasks.services.steps import may_undo, task_do, task_not_due, task_take, task_undo

__all__ = [
    "hand_over",
    "hand_over_acknowledge",
    "hand_over_decline",
    "hand_over_withdraw",
    "may_undo",
    "shift_remove",
    "shift_save",
    "task_do",
    "task_not_due",
    "task_take",
    "task_undo",
    "tasks_drop",
    "tasks_move",
    "tasks_plan",
]
