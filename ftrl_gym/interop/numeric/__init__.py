"""The environments for policies that read numbers and choose among finitely many actions."""
