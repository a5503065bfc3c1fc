"""How well search and recommendations do on public test sets, beside what people would use instead."""
