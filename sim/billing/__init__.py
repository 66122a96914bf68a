"""Plans and prices as data; usage in, bill out."""

from .bill import Usage, bill, marginal_usd
from .prices import EU_FACTOR, PLANS, SOURCE

__all__ = ["EU_FACTOR", "PLANS", "SOURCE", "Usage", "bill", "marginal_usd"]
