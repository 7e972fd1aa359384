"""The customer at hand: who they are, what they waited for, why they may be here, and whether two of them are one."""
