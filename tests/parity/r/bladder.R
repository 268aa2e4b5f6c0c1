# limma's answers on the bladder cancer arrays that the package ships: Rscript bladder.R FOLDER
folder <- commandArgs(TRUE)[1]
source(file.path(folder, "answers.R"))
suppressPackageStartupMessages(library(Biobase))

# The shipped matrix is float32; the doubles are rounded in the same way, so that both sides fit the very same numbers.
as_single <- function(x) {
  bytes <- writeBin(as.vector(x), raw(), size = 4)
  x[] <- readBin(bytes, "double", n = length(x), size = 4)
  x
}

data(bladderdata, package = "bladderbatch")
y <- as_single(exprs(bladderEset))
samples <- pData(bladderEset)
samples$cancer <- relevel(samples$cancer, ref = "Normal")
samples$batch <- factor(samples$batch)
stored_rows <- unique(round(seq(1, nrow(y), length.out = 300)))

design_for <- function(formula) {
  design <- model.matrix(formula, samples)
  matrix(design, nrow(design), ncol(design), dimnames = dimnames(design))
}

# A few rows in full, and of all rows the sum (a wrong row anywhere shows in it).
digest <- function(x) {
  if (is.null(x)) return(NULL)
  x <- as.matrix(x)
  if (nrow(x) != nrow(y)) return(list(all = x))
  list(rows = unname(x[stored_rows, , drop = FALSE]), sum = unname(colSums(x)), magnitude = unname(colSums(abs(x))))
}

analysis <- function(formula, contrast_text = NULL, ebayes = list(), tables = list(), decisions = list()) {
  design <- design_for(as.formula(formula))
  fit <- lmFit(y, design)
  answer <- list(fit = lapply(describe_fit(fit)[c("coefficients", "stdev_unscaled", "sigma", "df_residual", "amean")], digest))
  if (!is.null(contrast_text)) {
    fit <- contrasts.fit(fit, makeContrasts(contrasts = contrast_text, levels = colnames(design)))
    answer$contrast <- lapply(describe_contrast(fit)[c("coefficients", "stdev_unscaled")], digest)
  }
  fit <- do.call(eBayes, c(list(fit), ebayes))
  answer$ebayes <- lapply(describe_moderation(fit), digest)
  answer$tables <- lapply(tables, function(arguments) do.call(topTable, c(list(fit), arguments)))
  answer$summaries <- lapply(decisions, function(arguments) unname(unclass(summary(do.call(decideTests, c(list(fit), arguments))))))
  list(
    problem = list(formula = formula, design = design, contrast_text = contrast_text, ebayes = ebayes, tables = tables, decisions = decisions),
    answer = answer
  )
}

decisions <- list(list(), list(method = "global"), list(adjust.method = "BY", p.value = 0.01, lfc = 0.5), list(adjust.method = "holm"))
tables <- list(
  list(coef = "cancerCancer", number = 50), list(coef = "cancerBiopsy", number = 50, sort.by = "logFC", confint = TRUE),
  list(coef = c("cancerBiopsy", "cancerCancer"), number = 50), list(coef = "cancerCancer", number = 50, lfc = 1, p.value = 0.01, sort.by = "t")
)
scenarios <- list(
  adjusted = analysis("~ cancer + batch", tables = tables, decisions = decisions),
  adjusted_trend = analysis("~ cancer + batch", ebayes = list(trend = TRUE), tables = tables, decisions = decisions),
  contrasts = analysis("~ 0 + cancer + batch",
    contrast_text = c("cancerCancer-cancerNormal", "cancerBiopsy-cancerNormal", "cancerCancer-cancerBiopsy"),
    tables = list(list(coef = 1, number = 50), list(coef = 3, number = 50), list(number = 50)), decisions = decisions
  ),
  unadjusted = analysis("~ cancer", tables = list(list(coef = "cancerCancer", number = 50)), decisions = decisions)
)
write_json(list(version = limma_version(), stored_rows = as.numeric(stored_rows), scenarios = scenarios), file.path(folder, "bladder.json.gz"))
