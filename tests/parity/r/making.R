# What the scripts of stored problems share: simulated data, common designs, and the list of problems by topic.

# ---- data -----------------------------------------------------------------------------------------------------------

# Short binary fractions keep the files small; the fits see no difference.
short <- function(x) round(x * 2^16) / 2^16

labelled <- function(y) {
  dimnames(y) <- list(paste0("g", seq_len(nrow(y))), paste0("s", seq_len(ncol(y))))
  y
}

# Variances from a scaled inverse chi-square with d0 degrees of freedom; a fifth of the rows follow the last column of the design.
expression <- function(rows, design, seed, d0 = 4, s2 = 0.05, base = 8) {
  set.seed(seed)
  samples <- nrow(design)
  sigma <- sqrt(if (is.finite(d0)) s2 * d0 / rchisq(rows, d0) else rep(s2, rows))
  y <- base + rnorm(rows) + sigma * matrix(rnorm(rows * samples), rows, samples)
  active <- seq_len(ceiling(rows / 5))
  last <- design[, ncol(design)]
  effect <- outer(rnorm(length(active)), last / max(abs(last)))
  y[active, ] <- y[active, ] + effect
  labelled(short(y))
}

named_design <- function(formula, samples) {
  design <- model.matrix(formula, samples)
  matrix(design, nrow(design), ncol(design), dimnames = list(paste0("s", seq_len(nrow(design))), colnames(design)))
}

contrast_matrix <- function(design, ...) {
  columns <- list(...)
  matrix(unlist(columns), ncol(design), length(columns), dimnames = list(colnames(design), names(columns)))
}

groups <- function(levels, each) data.frame(group = factor(rep(levels, each = each), levels = levels))

two <- named_design(~group, groups(c("A", "B"), 4))
two_means <- named_design(~ 0 + group, groups(c("A", "B"), 4))
three <- named_design(~group, groups(c("A", "B", "C"), 3))
three_means <- named_design(~ 0 + group, groups(c("A", "B", "C"), 3))
four_means <- named_design(~ 0 + group, groups(c("A", "B", "C", "D"), 3))
batched <- named_design(~ group + batch, cbind(groups(c("A", "B", "C"), 4), batch = factor(rep(1:2, 6))))
aged <- named_design(~ group + age, cbind(groups(c("A", "B"), 5), age = c(31, 45, 52, 60, 38, 41, 57, 33, 48, 66)))

# ---- registering ----------------------------------------------------------------------------------------------------

registry <- new.env()

add <- function(topic, name, problem) {
  if (name %in% names(registry[[topic]])) stop(topic, " has two problems named ", name)
  answered <- tryCatch(with_answer(problem), error = function(e) stop(topic, " ", name, ": ", conditionMessage(e), call. = FALSE))
  registry[[topic]] <- c(registry[[topic]], structure(list(answered), names = name))
}

model <- function(topic, name, y, design, ...) add(topic, name, list(kind = "model", y = y, design = design, ...))

write_topics <- function(folder) {
  for (topic in ls(registry)) {
    write_json(list(version = limma_version(), scenarios = registry[[topic]]), file.path(folder, paste0(topic, ".json.gz")))
  }
}
