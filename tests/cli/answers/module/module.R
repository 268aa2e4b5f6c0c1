# What the module limma/differential of nf-core/modules writes, for the cases in cases.json.
# Run in this folder, with the module's template (MIT licence) beside it as limma_de.R, which is not kept here:
#   Rscript module.R > answers.json          (written with limma 3.68 on R 4.6)
# Placeholders are filled in as Nextflow does it; tables are stored as the text that the module writes.
suppressPackageStartupMessages(library(jsonlite))
template <- paste(readLines("limma_de.R"), collapse = "\n")
cases <- fromJSON("cases.json", simplifyVector = FALSE)
filled <- function(case) {
  text <- gsub("\\$", "\r", template, fixed = TRUE)
  for (pair in list(
    c("$task.ext.prefix", "out"), c("$meta.id", "out"), c("$intensities", case$file), c("$samplesheet", "samples.csv"),
    c("$contrast_variable", case$contrast_variable), c("$reference", case$reference_level), c("$target", case$target_level),
    c("$formula", case$formula), c("$comparison", case$comparison), c("$task.ext.args", case$args), c("${task.process}", "LIMMA")
  )) text <- gsub(pair[1], pair[2], text, fixed = TRUE)
  gsub("\r", "$", gsub("\\\\", "\\", text, fixed = TRUE), fixed = TRUE)
}
read <- function(name) if (file.exists(name)) paste0(paste(readLines(name), collapse = "\n"), "\n") else NULL
answers <- lapply(cases, function(case) {
  unlink(list.files(pattern = "^out[.]"))
  writeLines(filled(case), "filled.R")
  log <- suppressWarnings(system2("Rscript", "filled.R", stdout = TRUE, stderr = TRUE))
  if (!is.null(attr(log, "status"))) writeLines(c(case$name, tail(log, 5)), stderr())
  c(case, list(results = read("out.limma.results.tsv"), model = read("out.limma.model.txt"), values = read("out.normalised_counts.tsv")))
})
unlink(c(list.files(pattern = "^out[.]"), "filled.R", "versions.yml"))
cat(toJSON(answers, auto_unbox = TRUE, null = "null", pretty = 1), "\n")
