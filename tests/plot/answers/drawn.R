# What limma draws: the coordinates and colours of the points of its plots, as the graphics device records them.
# Run in this folder: Rscript drawn.R > drawn.json   (written with limma 3.68 on R 4.6)
# Floats are stored as hexadecimal text, so that nothing is lost on the way.
suppressPackageStartupMessages({library(limma); library(jsonlite)})
hex <- function(x) { h <- sprintf("%a", as.double(x)); h[is.na(x)] <- "nan"; h }
keep <- function(l) lapply(l[!vapply(l, is.null, NA)], function(x) if (is.character(x)) x else hex(x))
cases <- list()
add <- function(name, ...) cases[[length(cases) + 1]] <<- list(call = unbox("plot"), name = unbox(name), args = list(), result = keep(list(...)))
invisible(pdf(NULL)); invisible(dev.control("enable"))
drawn <- function(code, least = 3) {
  plot.new(); force(code)
  said <- lapply(recordPlot()[[1]], function(entry) entry[[2]])
  named <- function(what) Filter(function(a) identical(a[[1]]$name, what), said)
  points <- Filter(function(a) identical(a[[3]], "p") && length(a[[2]]$x) >= least, named("C_plotXY"))
  lines <- Filter(function(a) identical(a[[3]], "l"), named("C_plotXY"))
  level <- Filter(function(a) !is.null(a[[4]]), named("C_abline"))
  all <- function(name) unlist(lapply(points, function(a) a[[2]][[name]]))
  colour <- unlist(lapply(points, function(a) rep_len(as.character(a[[6]]), length(a[[2]]$x))))
  list(x = all("x"), y = all("y"), colour = colour,
       line_x = if (length(lines)) lines[[1]][[2]]$x, line_y = if (length(lines)) lines[[1]][[2]]$y,
       level = if (length(level)) level[[1]][[4]])
}
put <- function(name, d) do.call(add, c(name, d))

set.seed(1)
n <- 60; y <- matrix(rnorm(n * 6, 8, 1), n, 6) * rep(sqrt(1 / rchisq(n, 6) * 6), 6) + rep(rnorm(n, 0, 2), 6)
y[1:4, 4:6] <- y[1:4, 4:6] + 7; y[5, ] <- y[5, ] + rnorm(6, 0, 20); y[6, c(1, 3, 5)] <- NA; y[7, c(1:2, 4:5)] <- NA
y[8, ] <- 5 + 1e-6 * (1:6)
design <- cbind(Intercept = 1, group = rep(0:1, each = 3)); full <- y[-(6:7), ]
add("data", y = as.vector(y))
for (trend in c(FALSE, TRUE)) for (robust in c(FALSE, TRUE)) {
  fit <- eBayes(lmFit(full, design), trend = trend, robust = robust)
  put(paste0("sa", if (trend) ", trend", if (robust) ", robust"), drawn(plotSA(fit)))
}
put("sa, missing, robust", drawn(plotSA(eBayes(lmFit(y, design), robust = TRUE, legacy = TRUE))))
fit <- eBayes(lmFit(y, design), legacy = TRUE)
put("ma", drawn(plotMD(fit, column = 2, status = decideTests(fit)[, 2], legend = FALSE), least = 1))
put("ma of a matrix", drawn(plotMD(y, column = 2)))
weights <- replace(matrix(1, n, 6), cbind(9:11, 2), 0)
put("ma of an elist", drawn(plotMD(new("EList", list(E = y, weights = weights)), column = 2)))
put("volcano, p", drawn(volcanoplot(fit, coef = 2)))
put("volcano, B", drawn(volcanoplot(fit, coef = 2, style = "B-statistic")))
q <- qqt(fit$t[1:5, 2], df = 4, plot.it = FALSE); add("qqt of 5", x = q$x, y = q$y)
whole <- eBayes(lmFit(full, design)); q <- qqt(whole$t[, 2], df = whole$df.total[1], plot.it = FALSE); add("qqt", x = q$x, y = q$y)
cat(toJSON(list(cases = cases), pretty = FALSE), "\n")
