# A newcomer needs two of these: `make run` and `make test`. Both set up whatever is missing.
PYTHON ?= python3
SETUP := $(PYTHON) scripts/bootstrap.py

.PHONY: help run shell train test check bench soak curve understanding wechat-menu format lock web web-check screenshots clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: ## set up, train if needed, serve on http://127.0.0.1:$PORT/ until Ctrl-C
	@exec $(SETUP) run

shell: ## talk to the bot in the terminal
	@exec $(SETUP) shell

train: ## train if the data changed
	@exec $(SETUP) train

test: ## set up what the tests need and run them all
	@$(SETUP) train && exec $(SETUP) --dev python -m pytest

check: ## format, lint, types and data
	@$(SETUP) --dev ruff format --check .
	@$(SETUP) --dev ruff check .
	@$(SETUP) --dev mypy
	@$(SETUP) check
	@$(SETUP) --dev sh -c 'rasa data validate --fail-on-warnings > .rasa/validate.log 2>&1 || { cat .rasa/validate.log; exit 1; }'

curve: ## draw the curve of confidence anew (docs/confidence.md)
	@$(SETUP) --dev python -m benchmarks.confidence

understanding: ## measure what is understood, beside Rasa's stock pipeline (docs/understanding.md; half an hour)
	@$(SETUP) --dev python -m benchmarks.understanding --stock --out docs/understanding.md

bench: ## measure how many people it serves, beside stock Rasa (docs/serving.md; a quarter of an hour)
	@$(SETUP) --dev python -m benchmarks.serving

soak: ## send 200,000 messages and watch the memory (docs/soak.md; a quarter of an hour or more)
	@$(SETUP) --dev python -m benchmarks.serving.soak

wechat-menu: ## hand the menu in data/wechat/menu.yml to the WeChat account
	@exec $(SETUP) wechat-menu

format: ## put the code into its standard form
	@$(SETUP) --dev ruff format .
	@$(SETUP) --dev ruff check --fix .

web: ## build the widget anew into web/dist (needs Node 20)
	@cd web && npm ci --no-fund --no-audit && npm run --silent types && npm run --silent build

web-check: ## prove that web/dist is what its sources give (needs Node 20)
	@scripts/web_check.sh

screenshots: ## take the pictures of docs/widget.md anew (needs chromium; the bot must be running)
	@$(SETUP) --dev python -m scripts.screenshots

lock: ## resolve and pin the requirements anew, with hashes
	@scripts/lock.sh

clean: ## remove what was installed, trained and cached
	rm -rf .venv models .rasa results web/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
