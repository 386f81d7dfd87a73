"""Sign-up, sign-in and the profile."""

from fastapi import HTTPException, status
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.models import Customer, Role, User
from app.repositories.customers import CustomerRepository
from app.schemas.customer import Login, ProfileUpdate, SignUp
from app.security.passwords import hash_password, verify_password
from app.security.tokens import issue_access_token


class AccountService:
    """What happens to accounts."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.customers = CustomerRepository(session)

    def sign_up(self, form: SignUp) -> Customer:
        """Create a customer with an account."""
        customer = Customer(first_name=form.first_name, last_name=form.last_name, email=form.email)
        self.session.add(customer)
        try:
            self.session.flush()
            self.session.add(
                User(
                    email=form.email,
                    password_hash=hash_password(form.password),
                    display_name=f"{form.first_name} {form.last_name}",
                    role=Role.CUSTOMER,
                    customer_id=customer.id,
                )
            )
            self.session.commit()
        except IntegrityError as exc:
            raise HTTPException(status.HTTP_409_CONFLICT, "There is an account with this address.") from exc
        return customer

    def sign_in(self, form: Login) -> str:
        """Return a token for the right credentials."""
        user = self.customers.user_by_email(form.email)
        if user is None or not user.is_active or not verify_password(form.password, user.password_hash):
            raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Address and password do not match.")
        return issue_access_token(user.id)

    def update_profile(self, user: User, form: ProfileUpdate) -> User:
        """Change the profile."""
        for field, value in form.model_dump(exclude_unset=True).items():
            setattr(user, field, value)
        self.session.commit()
        return user
