"""Acts: who and what the phrases of clauses name, and what each of them does when."""
