# R limma, answering the same commands as the Python runners: one word a line in, one line of JSON out.
suppressMessages(library(limma))
options(digits.secs = 6)
sizes <- as.integer(commandArgs(TRUE))
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

pipeline <- function() {
  invisible(gc())
  start <- as.numeric(Sys.time()); fit <- lmFit(y, design); fitting <- seconds(start)
  start <- as.numeric(Sys.time()); moderated <- eBayes(fit); moderating <- seconds(start)
  start <- as.numeric(Sys.time()); table <- topTable(moderated, coef = tested, number = Inf); tabling <- seconds(start)
  names <- rownames(table)[1:10]
  first <- if (labelled) sub("f", "", names) else as.integer(names) - 1L
  memory <- sum(gc()[, 6])
  say(paste0('{"seconds": %.6f, "parts": {"fit": %.6f, "ebayes": %.6f, "table": %.6f}, "peak_mb": %.1f, ',
             '"checksum": {"coefficients": %.17g, "sigma": %.17g, "t": %.17g, "B": %.17g, "adj.P.Val": %.17g, "first": [%s]}}'),
      fitting + moderating + tabling, fitting, moderating, tabling, memory,
      sum(abs(fit$coefficients)), sum(fit$sigma), sum(abs(table$t)), sum(abs(table$B)), sum(table$adj.P.Val),
      paste(first, collapse = ", "))
}

# The steps of an analysis, where the problem has weights.
timed <- function(call) {
  invisible(gc())
  start <- as.numeric(Sys.time())
  result <- suppressWarnings(call())
  list(result = result, seconds = seconds(start))
}
tell <- function(parts, checksum) {
  numbers <- function(values) paste0('"', names(values), '": ', sprintf("%.17g", unlist(values)), collapse = ", ")
  say('{"seconds": %.6f, "parts": {%s}, "checksum": {%s}, "peak_mb": %.1f}',
      sum(unlist(parts)), numbers(parts), numbers(checksum), sum(gc()[, 6]))
}
size <- function(values) sum(abs(values))
fit_only <- function(...) {
  run <- timed(function() lmFit(..., design = design))
  tell(list(fit = run$seconds), list(coefficients = size(run$result$coefficients), sigma = size(run$result$sigma)))
}
prior_only <- function(data) {
  fit <- timed(function() lmFit(data, design))
  run <- timed(function() eBayes(fit$result, trend = TRUE, robust = TRUE))
  tell(list(fit = fit$seconds, prior = run$seconds),
       list(s2_post = size(run$result$s2.post), t = size(run$result$t), B = size(run$result$lods)))
}
contrasts_only <- function(weights = NULL) {
  rows <- seq_len(coefficients) - 1
  matrix <- cbind(ifelse(rows > 0, (-1)^rows, 0), rows)
  fit <- timed(function() lmFit(y, design, weights = weights))
  run <- timed(function() contrasts.fit(fit$result, matrix))
  tell(list(fit = fit$seconds, contrasts = run$seconds), list(coefficients = size(run$result$coefficients)))
}
if (file.exists("weights.bin")) {
  weights <- doubles("weights.bin", features, samples)
  gaps <- doubles("gaps.bin", features, samples)
}

say('{"ready": true, "version": "%s (R %s)"}', packageVersion("limma"), getRversion())
input <- file("stdin", open = "r")
while (length(word <- readLines(input, n = 1L)) == 1L && word != "quit") {
  if (word == "pipeline") pipeline()
  if (word == "weighted") fit_only(y, weights = weights)
  if (word == "missing") fit_only(gaps)
  if (word == "robust") fit_only(y, method = "robust")
  if (word == "contrasts") contrasts_only()
  if (word == "weighted contrasts") contrasts_only(weights)
  if (word == "prior") prior_only(y)
  if (word == "prior of gaps") prior_only(gaps)
}
