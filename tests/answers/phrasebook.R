# The R of docs/phrasebook.md, run as it stands there, and what it answers for the first features.
# Run in this folder with the page beside it: Rscript phrasebook.R > phrasebook.json   (limma 3.68, edgeR 4.10, R 4.6)
# Floats are stored as hexadecimal text, so that nothing is lost on the way.
page <- paste(readLines("phrasebook.md"), collapse = "\n")
blocks <- regmatches(page, gregexpr("(?s)```r\n.*?```", page, perl = TRUE))[[1]]
blocks <- gsub("^```r\n|```$", "", blocks)
suppressPackageStartupMessages({library(limma); library(edgeR); library(jsonlite)})
answers <- new.env()
for (block in blocks) suppressMessages(eval(parse(text = block), answers))
hex <- function(x) { h <- sprintf("%a", as.double(x)); h[is.na(x)] <- "nan"; h }
first <- paste0("g", 1:10)
stored <- list()
for (name in sort(ls(answers))) {
  table <- answers[[name]]
  if (!is.data.frame(table)) next
  if (all(first %in% rownames(table))) table <- table[first, ]
  stored[[name]] <- lapply(table, hex)
}
cat(toJSON(list(rows = first, tables = stored)))
