# Answers to the problems that the oracle has drawn: Rscript live.R FOLDER
folder <- commandArgs(TRUE)[1]
source(file.path(folder, "answers.R"))
source(file.path(folder, "problems.R"))
write_json(list(version = limma_version(), answers = lapply(problems, answer)), file.path(folder, "answers.json.gz"))
