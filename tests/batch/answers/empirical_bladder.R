# Every 1,000th feature and the mean of each sample of what sva makes of all bladder arrays.
# Run in a folder with the arrays as bladder.bin (doubles, sample after sample) and samples.csv: Rscript empirical_bladder.R
suppressPackageStartupMessages({library(sva); library(jsonlite)})
samples <- read.csv("samples.csv"); y <- matrix(readBin("bladder.bin", "double", 1e8), ncol = nrow(samples))
hex <- function(x) sprintf("%a", as.double(x))
keep <- seq(1, nrow(y), 1000); mod <- model.matrix(~cancer, samples)
answer <- function(...) {
  capture.output(z <- suppressMessages(ComBat(y, samples$batch, ...)))
  list(rows = hex(t(z[keep, ])), means = hex(colMeans(z)))
}
cat(toJSON(list(versions = list(R = unbox(R.version.string), sva = unbox(as.character(packageVersion("sva")))), cases = list(
  plain = answer(), cancer = answer(mod = mod), means = answer(mod = mod, mean.only = TRUE), reference = answer(mod = mod, ref.batch = "2")))), "\n")
