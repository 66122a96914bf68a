"""Plans and prices as dated data; usage in, bill out."""

from .bill import bill, marginal_usd
from .prices import PRICES, Plan, Price, PriceList, Profile
from .usage import Usage

__all__ = ["PRICES", "Plan", "Price", "PriceList", "Profile", "Usage", "bill", "marginal_usd"]
