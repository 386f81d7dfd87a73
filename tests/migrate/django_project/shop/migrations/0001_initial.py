import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Tag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, unique=True)),
                ("slug", models.SlugField()),
            ],
            options={"ordering": ["name"]},
        ),
        migrations.CreateModel(
            name="Book",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(db_index=True, max_length=200)),
                ("text", models.TextField(blank=True, db_comment="What it's about")),
                ("price", models.DecimalField(decimal_places=2, max_digits=8)),
                ("pages", models.PositiveIntegerField(default=0)),
                ("published", models.BooleanField(default=False)),
                ("created", models.DateTimeField(db_default=Now())),
                ("level", models.SmallIntegerField(db_default=3)),
                ("data", models.JSONField(default=dict)),
                ("codes", ArrayField(base_field=models.CharField(max_length=10), default=list, size=None)),
                ("kind", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="contenttypes.contenttype")),
                ("owner", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
                ("parent", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to="shop.book", related_name="parts")),
                ("tags", models.ManyToManyField(to="shop.tag")),
                ("similar", models.ManyToManyField(to="shop.book")),
            ],
            options={
                "unique_together": {("title", "owner")},
                "indexes": [
                    models.Index(fields=["title", "-price"], name="book_title_price"),
                    models.Index(fields=["created"], name="book_new", condition=models.Q(published=True, pages__gt=10)),
                    GinIndex(fields=["data"], name="book_data"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(price__gte=0), name="book_price"),
                    models.UniqueConstraint(fields=("title", "pages"), name="book_title_pages"),
                    models.UniqueConstraint(fields=("title",), condition=models.Q(("published", False), ("owner__isnull", True), _connector="OR"), name="book_open"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Novel",
            fields=[
                ("book_ptr", models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to="shop.book")),
                ("place", models.CharField(max_length=20)),
            ],
            bases=("shop.book",),
        ),
        migrations.CreateModel(
            name="Seen",
            fields=[("id", models.BigAutoField(primary_key=True))],
            options={"managed": False, "db_table": "seen"},
        ),
        migrations.CreateModel(name="Cheap", fields=[], options={"proxy": True, "indexes": [], "constraints": []}, bases=("shop.book",)),
    ]
