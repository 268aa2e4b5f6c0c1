"""How often tests are right when something that nobody recorded moves the samples.

``python -m tests.factor_study --replicates 200 --out docs/hidden_factors.tsv`` runs the whole grid; without
``--out`` the tables are printed. Cells are appended one after the other, so that a run can stop and go on.
"""
