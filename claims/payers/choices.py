"""What can be chosen for a payer, a plan or a directory line: for forms, which don't import models."""

from claims.payers.models import Funding, PayerClass, PayerContact, Product

PAYER_CLASSES = PayerClass.choices
PRODUCTS = Product.choices
FUNDINGS = Funding.choices
CONTACT_KINDS = PayerContact.Kind.choices
