# What limma, edgeR, lmerTest and nlme answer about weights, correlations and mixed models: kinds of problems beside
# those of answers.R. Rscript weighing.R FOLDER, where FOLDER/problems.R lists problems; a problem that R stops at has its
# message as the only answer.
folder <- commandArgs(TRUE)[1]
source(file.path(folder, "answers.R"))
suppressPackageStartupMessages({library(edgeR); library(lmerTest)})
source(file.path(folder, "problems.R"))

tested <- function(fit) {
  fit <- eBayes(fit)
  list(sigma = unname(fit$sigma), df = unname(fit$df.residual), t = unname(fit$t), p_value = unname(fit$p.value))
}

answer_array_weights <- function(problem) list(sample_weights = unname(do.call(arrayWeights, problem$arguments)))

answer_quick <- function(problem) {
  a <- problem$arguments
  list(sample_weights = unname(arrayWeightsQuick(a$object, lmFit(a$object, a$design, weights = a$weights))))
}

answer_voom <- function(problem) {
  v <- do.call(voom, problem$arguments)
  a <- problem$arguments
  fit <- if (is.null(a$block)) lmFit(v, a$design) else lmFit(v, a$design, block = a$block, correlation = a$correlation)
  c(list(E = unname(v$E), weights = unname(v$weights)), tested(fit))
}

answer_voom_quality <- function(problem) {
  v <- do.call(voomWithQualityWeights, problem$arguments)
  c(list(weights = unname(v$weights), sample_weights = unname(v$targets$sample.weights)), tested(lmFit(v, problem$arguments$design)))
}

answer_fit <- function(verb) function(problem) {
  fit <- do.call(verb, problem$arguments)
  c(list(sample_weights = unname(fit$targets$sample.weight), correlation = fit$correlation), tested(fit))
}

answer_vooma <- function(problem) {
  v <- do.call(vooma, problem$arguments)
  c(list(weights = unname(v$weights)), tested(lmFit(v, problem$arguments$design)))
}

answer_vooma_by_group <- function(problem) list(weights = unname(do.call(vooma_by_group, problem$arguments)$weights))
vooma_by_group <- voomaByGroup

answer_consensus <- function(problem) {
  a <- problem$arguments
  found <- do.call(duplicateCorrelation, a)
  list(atanh = unname(found$atanh.correlations), consensus = found$consensus.correlation)
}

# Row by row; NA where there are too few values, or where R does not come to an end.
answer_mixed <- function(problem) {
  rows <- lapply(seq_len(nrow(problem$y)), function(i) one_mixed(problem, i))
  p <- ncol(problem$design)
  parts <- c("gls", "gls_se", "lmer", "lmer_se", "lmer_df", "lmer_p")
  answer <- lapply(parts, function(part) do.call(rbind, lapply(rows, function(r) if (is.null(r[[part]])) rep(NA_real_, p) else r[[part]])))
  names(answer) <- parts
  for (part in c("gls_rho", "gls_sigma", "lmer_rho", "lmer_sigma", "lmer_f", "lmer_f_p"))
    answer[[part]] <- vapply(rows, function(r) if (is.null(r[[part]])) NA_real_ else r[[part]], 0)
  answer
}

one_mixed <- function(problem, i) {
  y <- problem$y[i, ]
  there <- is.finite(y)
  x <- problem$design[there, , drop = FALSE]
  if (sum(there) < ncol(x) + 2 || qr(x)$rank < ncol(x)) return(list())
  weights <- if (is.null(problem$weights)) rep(1, sum(there)) else problem$weights[there]
  data <- data.frame(y = y[there], block = factor(problem$block[there]), w = weights)
  c(by_gls(data, x), if (is.null(problem$weights)) by_lmer(data, x))
}

by_gls <- function(data, x) {
  control <- nlme::glsControl(tolerance = 1e-10, msTol = 1e-12, opt = "nlminb", maxIter = 200, msMaxIter = 200)
  data$v <- 1 / data$w
  data$x <- x  # gls looks for variables in the data and in the workspace alone
  fit <- tryCatch(nlme::gls(y ~ 0 + x, data, nlme::corCompSymm(form = ~1 | block), weights = nlme::varFixed(~v), control = control), error = function(e) NULL)
  if (is.null(fit)) return(list())
  list(
    gls = unname(coef(fit)), gls_se = unname(sqrt(diag(vcov(fit)))), gls_sigma = fit$sigma,
    gls_rho = unname(coef(fit$modelStruct$corStruct, unconstrained = FALSE))
  )
}

by_lmer <- function(data, x) {
  control <- lme4::lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10), check.conv.singular = "ignore", calc.derivs = TRUE)
  fit <- tryCatch(lmer(y ~ 0 + x + (1 | block), data, control = control), error = function(e) NULL)
  if (is.null(fit) || lme4::isSingular(fit, 1e-3)) return(list())
  table <- coef(summary(fit))
  # of columns in other units contest() loses some; of contrasts with 2 df or fewer it takes 2
  alike <- ncol(x) > 1 && max(abs(x)) < 1e3 && min(apply(abs(x), 2, max)) > 1e-3
  f <- if (alike) contest(fit, diag(ncol(x))) else data.frame(`F value` = NA_real_, `Pr(>F)` = NA_real_, DenDF = 2, check.names = FALSE)
  between <- as.numeric(lme4::VarCorr(fit)$block); within <- sigma(fit)^2
  list(
    lmer = unname(table[, "Estimate"]), lmer_se = unname(table[, "Std. Error"]), lmer_df = unname(table[, "df"]), lmer_p = unname(table[, "Pr(>|t|)"]),
    lmer_f = f[["F value"]], lmer_f_p = if (f$DenDF == 2) NA_real_ else f[["Pr(>F)"]], lmer_sigma = sqrt(between + within), lmer_rho = between / (between + within)
  )
}

weighing <- list(
  array_weights = answer_array_weights, quick = answer_quick, voom = answer_voom, voom_quality = answer_voom_quality,
  voom_lm_fit = answer_fit(voomLmFit), vooma = answer_vooma, vooma_by_group = answer_vooma_by_group,
  vooma_lm_fit = answer_fit(voomaLmFit), consensus = answer_consensus, mixed = answer_mixed
)

ask <- function(problem) {
  answers <- NULL
  invisible(capture.output(answers <- tryCatch(
    suppressWarnings(suppressMessages(weighing[[problem$kind]](problem))), error = function(e) list(refused = conditionMessage(e))
  )))
  answers[lengths(answers) > 0]
}

versions <- paste(c("limma", "edgeR", "lmerTest"), vapply(c("limma", "edgeR", "lmerTest"), function(p) as.character(packageVersion(p)), ""), collapse = ", ")
write_json(list(version = versions, answers = lapply(problems, ask)), file.path(folder, "answers.json.gz"))
