# R limma, answering the same commands as the Python runners: one word a line in, one line of JSON out.
suppressMessages(library(limma))
options(digits.secs = 6)
arguments <- commandArgs(TRUE)
sizes <- as.integer(arguments[1:5]); kind <- arguments[6]
features <- sizes[1]; samples <- sizes[2]; coefficients <- sizes[3]; tested <- sizes[4] + 1L; labelled <- sizes[5] == 1L

doubles <- function(path, rows, columns) {
  values <- readBin(path, "double", rows * columns)
  dim(values) <- c(rows, columns)
  values
}
y <- doubles("y.bin", features, samples)
design <- doubles("design.bin", samples, coefficients)
colnames(design) <- paste0("x", seq_len(coefficients))
if (labelled) dimnames(y) <- list(paste0("f", seq_len(features) - 1L), paste0("s", seq_len(samples) - 1L))

seconds <- function(since) as.numeric(Sys.time()) - since
say <- function(...) { cat(sprintf(...), "\n", sep = ""); flush(stdout()) }
size <- function(values) sum(abs(values))

timed <- function(call) {
  invisible(gc())
  start <- as.numeric(Sys.time())
  result <- suppressMessages(suppressWarnings(call()))
  list(result = result, seconds = seconds(start))
}
# rows: how many were fitted, where not all were
tell <- function(parts, checksum, first = NULL, rows = NULL) {
  numbers <- function(values) if (length(values) == 0L) "" else paste0('"', names(values), '": ', sprintf("%.17g", unlist(values)), collapse = ", ")
  ranks <- if (is.null(first)) "" else paste0(', "first": [', paste(first, collapse = ", "), "]")
  some <- if (is.null(rows)) "" else sprintf(', "rows": %d', rows)
  say('{"seconds": %.6f, "parts": {%s}, "checksum": {%s%s}, "peak_mb": %.1f%s}',
      sum(unlist(parts)), numbers(parts), numbers(checksum), ranks, sum(gc()[, 6]), some)
}
source(paste0(kind, ".R"))

loaded <- setdiff(intersect(c("edgeR", "lmerTest", "sva"), loadedNamespaces()), "")
others <- vapply(loaded, function(name) paste0(", ", name, " ", packageVersion(name)), "")
say('{"ready": true, "version": "%s (R %s%s)"}', packageVersion("limma"), getRversion(), paste(others, collapse = ""))
input <- file("stdin", open = "r")
while (length(word <- readLines(input, n = 1L)) == 1L && word != "quit") {
  tryCatch(stages[[word]](), error = function(e) {
    say('{"error": "%s"}', gsub("[\\\\\"[:cntrl:]]", " ", conditionMessage(e)))
  })
}
