"""R code of the analyses, without any name of an item: those are filled in from the questionnaire.

Calls are those that the numbers of this software were compared with in ``tests/oracles``.
"""

from __future__ import annotations

ALPHA = """
alpha <- lapply(scales[reflective], function(items) psych::alpha(used(items), check.keys = FALSE))
"""

ITEMS = """
described <- lapply(scales, function(items) psych::describe(answers[items], type = 3))
"""

RELIABILITY = """
lambda2 <- lapply(scales[reflective], function(items) {
  S <- cov(na.omit(answers[items]))
  o <- S - diag(diag(S))
  k <- length(items)
  (sum(o) + sqrt(k / (k - 1) * sum(o^2))) / sum(S)
})
ordinal_alpha <- lapply(scales[reflective], function(items) {
  R <- lavaan::lavCor(answers[items], ordered = items, missing = treatment(items))
  k <- length(items)
  k / (k - 1) * (1 - k / sum(R))
})
congeneric <- lapply(names(one_factor), function(scale) {
  lavaan::cfa(one_factor[[scale]], na.omit(answers[scales[[scale]]]), std.lv = TRUE,
              estimator = "ML")
})
omega_observed <- lapply(congeneric, semTools::compRelSEM, obs.var = TRUE)
omega_implied <- lapply(congeneric, semTools::compRelSEM, obs.var = FALSE)
ordered_factor <- lapply(names(one_factor), function(scale) {
  items <- scales[[scale]]
  lavaan::cfa(one_factor[[scale]], answers, std.lv = TRUE, ordered = items,
              estimator = "WLSMV", missing = treatment(items))
})
categorical_observed <- lapply(ordered_factor, semTools::compRelSEM, ord.scale = TRUE)
categorical_implied <- lapply(ordered_factor, semTools::compRelSEM, ord.scale = TRUE,
                              obs.var = FALSE)
"""

POLYCHORIC = """
polychoric <- function(section, data = answers) {
  items <- items_of(section)
  lavaan::lavCor(data[items], ordered = items, missing = "pairwise")
}
smallest_n <- function(section, data = answers) {
  min(psych::pairwiseCount(data[items_of(section)]))
}
"""

CORRELATIONS = """
correlations <- lapply(names(sections), polychoric)
"""

FACTORABILITY = """
adequacy <- lapply(names(sections), function(section) psych::KMO(polychoric(section)))
sphericity <- lapply(names(sections), function(section) {
  psych::cortest.bartlett(polychoric(section), n = smallest_n(section))
})
"""

RETENTION = """
set.seed({seed})
parallel <- lapply(names(sections), function(section) {{
  psych::fa.parallel(answers[items_of(section)], n.iter = {replications}, quant = .95, sim = FALSE,
                     fa = "both", cor = "poly", plot = FALSE)
}})
partial <- lapply(names(sections), function(section) {{
  psych::vss(polychoric(section), n = length(sections[[section]]), rotate = "none",
             fm = "minres", n.obs = smallest_n(section), plot = FALSE)$map
}})
"""

FACTORS = """
factors <- lapply(names(sections), function(section) {
  psych::fa(polychoric(section, exploring), nfactors = length(sections[[section]]),
            n.obs = smallest_n(section, exploring), fm = "minres", rotate = "oblimin")
})
general <- lapply(names(sections), function(section) {
  psych::omega(polychoric(section, exploring), nfactors = length(sections[[section]]),
               plot = FALSE, flip = FALSE)
})
"""

MODELS = """
fit <- function(model, items, data = answers) {
  lavaan::cfa(model, data, std.lv = TRUE, ordered = TRUE, estimator = "WLSMV",
              missing = treatment(items, data))
}
"""

FITS = """
converged <- function(fit) lavaan::lavInspect(fit, "converged")
lapply(Filter(converged, fits), lavaan::fitMeasures)
lapply(Filter(converged, fits), lavaan::standardizedSolution)
single <- lapply(names(one_factor), function(scale) fit(one_factor[[scale]], scales[[scale]]))
lapply(Filter(converged, single), lavaan::fitMeasures)
"""

PAIRS = """
pairs <- lapply(names(sections), function(section) {
  model <- paste(one_factor[sections[[section]]], collapse = "\\n")
  own <- na.omit(answers[items_of(section)])
  list(htmt = semTools::htmt(model, own), htmt2 = semTools::htmt(model, own, htmt2 = TRUE))
})
"""

PREFERRED = """
semTools::compRelSEM({fit}, obs.var = FALSE, ord.scale = TRUE)
semTools::AVE({fit})
lavaan::lavResiduals({fit}, type = "cor")$cov
"""

INVARIANCE = """
steps <- list(configural = "", thresholds = "thresholds",
              metric = c("thresholds", "loadings"),
              scalar = c("thresholds", "loadings", "intercepts"),
              strict = c("thresholds", "loadings", "intercepts", "residuals"))
# An answer that one of the groups never gave is taken with the one below it.
merged <- function(x, group) repeat {{
  given <- table(group, x)
  empty <- which(apply(given == 0, 2, any))
  if (!length(empty)) return(x)
  values <- as.numeric(colnames(given))
  x[which(x == values[empty[1]])] <- values[if (empty[1] > 1) empty[1] - 1 else 2]
}}
ladder <- function(scale, grouping, data) {{
  items <- scales[[scale]]
  data <- data[rowSums(!is.na(data[items])) > 0 & !is.na(data[[grouping]]), ]
  large <- names(which(table(data[[grouping]]) >= {minimum}))
  data <- data[data[[grouping]] %in% large, ]
  data[items] <- lapply(data[items], merged, data[[grouping]])
  lapply(steps, function(equal) {{
    model <- semTools::measEq.syntax(one_factor[[scale]], data = data, ordered = items,
                                     group = grouping, group.equal = equal,
                                     parameterization = "theta", ID.fac = "std.lv",
                                     ID.cat = "Wu.Estabrook.2016",
                                     missing = treatment(items, data))
    lavaan::cfa(as.character(model), data, ordered = items, group = grouping,
                estimator = "WLSMV", parameterization = "theta",
                missing = treatment(items, data))
  }})
}}
compare <- function(ladder) {{
  do.call(lavaan::lavTestLRT, c(unname(ladder), list(model.names = names(ladder))))
}}
"""

HYPOTHESES = """
mean_of_answered <- function(scale) {
  own <- answers[scales[[scale]]]
  ifelse(2 * rowSums(!is.na(own)) >= ncol(own), rowMeans(own, na.rm = TRUE), NA)
}
within_site <- function(x) x - ave(x, answers$site, FUN = function(y) mean(y, na.rm = TRUE))
scores <- sapply(scored, mean_of_answered)
centred <- as.data.frame(apply(scores, 2, within_site))
n_sites <- length(unique(answers$site))
reliability <- sapply(scored, function(scale) {
  items <- apply(answers[scales[[scale]]], 2, within_site)
  if (ncol(items) == 1) 1 else psych::alpha(items, warnings = FALSE)$total$raw_alpha
})
plain <- cor(centred, use = "pairwise")
n_pair <- psych::pairwiseCount(centred) - n_sites + 1
psych::r.con(plain[1, 2], n_pair[1, 2])
psych::correct.cor(plain, reliability)
psych::paired.r(plain[1, 2], plain[1, 3], plain[2, 3], n_pair[1, 2])
psych::partial.r(centred, 1:2, 3)
"""

COMPARABILITY = """
two_levels <- lapply(one_factor, function(model) {
  lavaan::sem(paste("level: 1", model, "level: 2", model, sep = "\\n"), answers,
              cluster = "site", std.lv = TRUE)
})
converged <- function(fit) lavaan::lavInspect(fit, "converged")
lapply(Filter(converged, two_levels), lavaan::fitMeasures)
"""

VARIANCE = """
scores <- table_of("2_score", "scores.parquet")
scores <- scores[scores$wave == wave, ]
one_way <- lapply(scored, function(scale) aov(scores[[scale]] ~ as.factor(scores$site)))
lapply(one_way, multilevel::ICC1)
lapply(one_way, multilevel::ICC2)
mixed <- lapply(scored, function(scale) {
  lme4::lmer(score ~ 1 + (1 | site), data.frame(score = scores[[scale]], site = scores$site))
})
agreement <- lapply(scored, function(scale) {
  own <- na.omit(answers[c("site", scales[[scale]])])
  items <- own[scales[[scale]]]
  even <- (n_options[[scale]]^2 - 1) / 12
  list(rwg = multilevel::rwg.j(items, own$site, ranvar = even),
       lindell = multilevel::rwg.j.lindell(items, own$site, ranvar = even),
       deviation = multilevel::ad.m(items, own$site, type = "mean"))
})
"""

READING = """
table_of <- function(...) as.data.frame(arrow::read_parquet(file.path(folder, ...)))
everyone <- table_of("1_ingest", "responses.parquet")
halves <- table_of("3_psychometrics", "halves.parquet")
ledger <- read.csv(file.path(folder, "1_ingest", "ledger_rows.csv"))
everyone$platform <- ledger$platform[match(everyone$export, ledger$export)]
"""

TURNING = """
for (one in turned) everyone[one$items] <- one$constant - everyone[one$items]
answers <- everyone[everyone$wave == wave, ]
in_half <- function(other) answers$respondent %in% halves$respondent[halves$half != other]
exploring <- answers[in_half("confirming"), ]
confirming <- answers[in_half("exploring"), ]
"""

FUNCTIONS = """
items_of <- function(section) unname(unlist(scales[sections[[section]]]))
given <- function(items, data) {
  data[rowSums(!is.na(data[items])) > 0, items, drop = FALSE]
}
treatment <- function(items, data = answers) {
  own <- given(items, data)
  if (2 * sum(complete.cases(own)) >= nrow(own)) "listwise" else "pairwise"
}
used <- function(items, data = answers) {
  own <- given(items, data)
  if (treatment(items, data) == "listwise") na.omit(own) else own
}
"""
