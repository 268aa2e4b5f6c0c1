# What R's model.matrix answers for formulas over a small sample table, as JSON with hex floats.
# Run: Rscript model_matrix.R > model_matrix.json
suppressPackageStartupMessages(library(splines))
options(warn = -1)

samples <- data.frame(
  sex = factor(c("F", "M", "F", "M", "F", "M", "M", "F", "F", "M", "F", "M", "M", "F", "F", "M")),
  group = factor(c("A", "B", "C", "A", "B", "C", "A", "B", "C", "C", "B", "A", "A", "B", "C", "A")),
  site = factor(c("n", "e", "s", "w", "w", "n", "e", "s", "s", "w", "n", "e", "n", "e", "s", "w")),
  dose = factor(c("lo", "mid", "hi", "top", "lo", "mid", "hi", "top", "hi", "lo", "top", "mid", "mid", "hi", "lo", "top"),
    levels = c("lo", "mid", "hi", "top"), ordered = TRUE),
  grade = factor(c("I", "II", "III", "II", "I", "III", "III", "I", "II", "I", "II", "III", "I", "II", "III", "I"),
    levels = c("I", "II", "III"), ordered = TRUE),
  ten = factor(c(paste0("t", 0:9), paste0("t", 0:5))),
  smoker = c(TRUE, FALSE, TRUE, TRUE, FALSE, FALSE, TRUE, FALSE, TRUE, FALSE, FALSE, TRUE, TRUE, FALSE, TRUE, FALSE),
  age = c(31, 42.5, 58, 29, 63.25, 47, 36, 52, 71, 44, 39.5, 66, 55, 27, 49, 60),
  bmi = c(22.1, 30.4, 26.7, 19.8, 24.2, 28.9, 33.3, 21.5, 25.6, 27.7, 23.4, 31.2, 29.5, 20.3, 24.8, 26.1),
  body.mass = c(61, 90.5, 75.2, 58, 70, 88.8, 101.3, 60.1, 72.2, 85, 66.6, 97.9, 91, 55.5, 69.7, 80.4),
  batch = c(1, 2, 3, 1, 2, 3, 1, 2, 3, 3, 2, 1, 2, 1, 3, 2),
  plate = c(0.5, 100000, 0.5, 123456, 0.5, 100000, 0.5, 123456, 0.5, 0.5, 100000, 0.5, 123456, 0.5, 100000, 0.5)
)
samples[["my col"]] <- samples$age / 10
samples[["my factor"]] <- samples$group

new <- data.frame(
  sex = factor(c("M", "F", "F"), levels = c("F", "M")), group = factor(c("C", "B", "B"), levels = c("A", "B", "C")),
  dose = factor(c("top", "hi", "lo"), levels = levels(samples$dose), ordered = TRUE), smoker = c(TRUE, TRUE, FALSE),
  age = c(20, 45, 80), bmi = c(25, 18, 36), batch = c(3, 1, 2)
)

formulas <- c(
  "~ 1", "~ sex", "~ 0 + group", "~ group - 1", "~ -1 + group + sex", "~ group + age", "~ group * age", "~ group:age", "~ age:group",
  "~ age + group:age", "~ group * sex", "~ group:sex", "~ 0 + group:sex", "~ group:sex - 1 + site", "~ group / sex", "~ group / (sex + dose)",
  "~ (group + sex) / site", "~ group %in% sex", "~ sex + group %in% sex", "~ (group + sex) %in% dose", "~ group %in% (sex + smoker)",
  "~ (group + sex + age)^2", "~ (group + sex + site)^3 - group:sex:site", "~ (group + sex + age)^2 - group:age", "~ group * sex - sex",
  "~ group * sex - 1 - group", "~ site + site:sex", "~ sex:site + sex", "~ site:sex + sex + dose:sex", "~ smoker", "~ 0 + smoker", "~ smoker * group",
  "~ 0 + smoker:group", "~ age:smoker", "~ group + smoker:age", "~ dose", "~ 0 + dose", "~ dose * sex", "~ dose:group", "~ grade + dose", "~ ten",
  "~ C(ten, contr.poly)", "~ C(ten, contr.helmert)", "~ 0 + age + group", "~ 0 + age + smoker", "~ 0 + sex:age + group:age", "~ sex:age + group:age",
  "~ (age + sex):group", "~ group:(age + bmi)", "~ group + group:sex:age", "~ group*sex + group:sex:dose", "~ group + sex + group:sex:dose",
  "~ group*sex*age", "~ 0 + group*sex", "~ C(group)", "~ C(group, contr.sum)", "~ 0 + C(group, contr.sum)", "~ C(site, contr.sum) * sex",
  "~ C(group, contr.helmert):age", "~ C(site, contr.treatment)", "~ C(dose, contr.treatment)", "~ C(dose)", "~ factor(dose)", "~C(site,'contr.sum')",
  "~ C(batch)", "~ factor(batch) + age", "~ factor(plate)", "~ C(smoker)", "~ factor(batch):group", "~ relevel(group, ref = \"B\")", "~ relevel(group,'C') * age",
  "~ relevel(factor(batch), ref='3')", "~ I(age^2)", "~ age+I(age ^ 2)+I((age+bmi)/2)+I(-age)+I(age*bmi)", "~ I(2^-1*age)", "~ I(age*1e5 + 0.50*bmi - 123456)",
  "~ I(smoker * age)", "~ I(log(age)+1)", "~ log2(age) + log(bmi) + log10(age) + log1p(bmi)", "~ exp(age/100) + sqrt(age) + sin(age) + cos(bmi)", "~ log(age + bmi)",
  "~ scale(age)", "~ scale(age, scale=FALSE):group", "~ scale(age, center = FALSE)", "~ poly(age, 1)", "~ poly(age,2)", "~ poly(age, degree=3)", "~ poly(age, 5)",
  "~ poly(age, 2):group", "~ poly(age, 2) * sex", "~ poly(age, 3, raw = TRUE)", "~ poly(log(age), 2)", "~ ns(age, df=3)", "~ ns(age,3)*group", "~ ns(age)",
  "~ ns(age, df = 4, intercept = TRUE) - 1", "~ ns(age, knots=c(40,50.5))", "~ ns(age, knots = 45, Boundary.knots = c(30, 65))", "~ ns(log2(age), df = 2)",
  "~ bs(age)", "~ bs(age, df = 5)", "~ bs(age,df=4):sex", "~ bs(age, df = 4, degree = 2)", "~ bs(age, knots = c(40, 55), degree = 1)",
  "~ 0 + bs(age, df = 6, intercept = TRUE)", "~ bs(age, df = 5, Boundary.knots = c(20, 80))", "~ bs(age, knots=50, Boundary.knots=c(35, 60), degree=2L)",
  "~ body.mass", "~ `my col`", "~ `my factor` * age", "~ `my factor`:`my col`", "~ `age`", "~ group + group", "~ group:group", "~ group^2", "~ -1 + 1 + sex",
  "~ group - 0", "~ sex + (age - 1)", "~ group - (1 + age)", "~ +group", "~ group + age - age", "~ sex:group:smoker", "~ age + smoker:age + group:smoker:age"
)

# Random formulas ask how each factor of each term is coded; one weighted sum a column stands for its values.
set.seed(20240229)
variables <- c("sex", "group", "smoker", "dose", "age", "bmi", "C(batch, contr.sum)", "poly(bmi, 2)")
random_term <- function() paste(sample(variables, sample(1:3, 1, prob = c(4, 4, 2))), collapse = sample(c(":", "*", ":", "/"), 1))
random_formula <- function() paste("~", sample(c("", "0 + "), 1), paste(replicate(sample(2:4, 1), random_term()), collapse = " + "))
random <- unique(replicate(220, random_formula()))
weights <- sqrt(seq_len(nrow(samples))) - 2

quoted <- function(x) paste0("\"", gsub("\"", "\\\\\"", x), "\"")
list_of <- function(x) paste0("[", paste(x, collapse = ", "), "]")
hex <- function(x) list_of(quoted(sprintf("%a", as.numeric(x))))
column <- function(x) {
  if (is.ordered(x)) paste0("{\"ordered\": ", list_of(quoted(levels(x))), ", \"values\": ", list_of(quoted(as.character(x))), "}")
  else if (is.factor(x)) list_of(quoted(as.character(x)))
  else if (is.logical(x)) list_of(ifelse(x, "true", "false"))
  else hex(x)
}
table_of <- function(d) paste0("{", paste0(quoted(names(d)), ": ", vapply(d, column, ""), collapse = ",\n    "), "}")
answer <- function(formula, x, values) {
  paste0("{\"formula\": ", quoted(formula), ", \"names\": ", list_of(quoted(colnames(x))), ", \"values\": ", values, "}")
}
columns <- function(x) list_of(apply(x, 2, hex))
coded <- function(formula) { x <- model.matrix(as.formula(formula), samples); answer(formula, x, columns(x)) }
summed <- function(formula) { x <- model.matrix(as.formula(formula), samples); answer(formula, x, hex(colSums(x * weights))) }
applied <- function(formula) {
  frame <- model.frame(as.formula(formula), samples)
  levels <- .getXlevels(terms(frame), frame)
  x <- model.matrix(terms(frame), model.frame(terms(frame), new, xlev = levels))
  answer(formula, x, columns(x))
}
again <- c("~ group * age", "~ dose + smoker", "~ C(batch)", "~ poly(age, 3)", "~ poly(age, 2):group", "~ scale(age) * sex", "~ ns(age, df = 3)",
  "~ ns(age, df = 4, intercept = TRUE)", "~ bs(age, df = 5)", "~ bs(age, df = 4, degree = 2):sex", "~ log2(age) + I(bmi^2)", "~ ns(age, knots = 45, Boundary.knots = c(30, 65))",
  "~ poly(age, 2, raw = TRUE)")

cat("{\"samples\": ", table_of(samples), ",\n\"new\": ", table_of(new), ",\n\"weights\": ", hex(weights), ",\n", sep = "")
cat("\"coded\": [\n", paste(vapply(formulas, coded, ""), collapse = ",\n"), "\n],\n", sep = "")
cat("\"summed\": [\n", paste(vapply(random, summed, ""), collapse = ",\n"), "\n],\n", sep = "")
cat("\"applied\": [\n", paste(vapply(again, applied, ""), collapse = ",\n"), "\n]}\n", sep = "")
